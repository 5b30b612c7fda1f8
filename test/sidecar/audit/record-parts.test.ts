import { decide } from '../../../src/engine/decision/decide.ts';
import { KeptRecord } from '../../../src/sidecar/audit/kept-record.ts';
import { recordBytes, recordLine } from '../../../src/sidecar/audit/record-bytes.ts';
import { endOfRecord, RECORD_ALL } from '../../../src/sidecar/audit/record-parts.ts';
import { attributes } from '../../support/attributes.ts';
import { aDecision } from '../../support/decision.ts';
import { standingStill } from '../../support/pending-decisions.ts';
import { policySet } from '../../support/policy-set.ts';
import { recordProblem } from '../../support/record-problem.ts';

/** An id that a share of 0.01 selects, and one that 0.5 does not. */
const [LOW, HIGH] = ['id-62', 'id-2'];

async function decisionBy(record: object, id: string) {
  const when = "request.headers['x-tenant'] == 'é\u202e'";
  const rules = [{ name: 'all', effect: 'allow', when }];
  const set = policySet({ policies: { orders: { rules, record } } });
  const asked = attributes({ headers: { 'x-tenant': 'é\u202e' } });
  return (await decide(asked, set, { ...standingStill(), id: () => id })).decision;
}

test('a decision without wishes has an empty end, and one that a share leaves out none', async () => {
  expect(endOfRecord(aDecision(), RECORD_ALL)).toBe('');
  expect(endOfRecord(aDecision(), { ...RECORD_ALL, deny: 0 })).toBeUndefined();
  expect(endOfRecord(aDecision(), { ...RECORD_ALL, allow: 0 })).toBe('');
  expect(endOfRecord(await decisionBy({ allow: 0 }, LOW), RECORD_ALL)).toBeUndefined();
});

test('the share of a policy counts before that of the operator, and records have it', async () => {
  const none = { ...RECORD_ALL, allow: 0 };
  expect(endOfRecord(await decisionBy({ allow: 0.5 }, LOW), none)).toBe(',"sample":0.5');
  expect(endOfRecord(await decisionBy({ allow: 0.5 }, HIGH), none)).toBeUndefined();
  expect(endOfRecord(await decisionBy({ allow: 1 }, HIGH), none)).toBe('');
  expect(endOfRecord(await decisionBy({ deny: 1 }, HIGH), none)).toBeUndefined();
});

test('a record with all parts fits the schema, however it is written', async () => {
  const record = { allow: 0.5, include: ["request.headers['x-tenant']"], inputs: true };
  const decision = await decisionBy(record, LOW);
  const end = endOfRecord(decision, RECORD_ALL) ?? '';
  const line = recordLine(decision, '', end);
  expect(recordProblem(line)).toBeUndefined();
  expect(line).not.toContain('\u202e');
  expect(JSON.parse(line)).toMatchObject({
    sample: 0.5,
    include: { "request.headers['x-tenant']": 'é\u202e' },
    inputs: { values: { 'request.headers': { 'x-tenant': 'é\u202e' } } },
  });
  expect(Buffer.from(recordBytes(decision, '', end)).toString()).toBe(`${line}\n`);
  expect(new KeptRecord(decision, '', end).line).toBe(line);
});
