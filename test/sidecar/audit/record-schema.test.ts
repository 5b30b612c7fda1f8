import { readFileSync, writeFileSync } from 'node:fs';
import { toRecord } from '../../../src/sidecar/audit/record.ts';
import { recordSchema } from '../../../src/sidecar/audit/record-schema.ts';
import { aDecision } from '../../support/decision.ts';
import { expectGolden } from '../../support/generated.ts';
import { recordProblem } from '../../support/record-problem.ts';

const SHIPPED = 'schema/record.schema.json';
const NOWHERE = { traceId: '', spanId: '' };

test('the golden schema that is shipped is that of the table', () => {
  const text = `${JSON.stringify(recordSchema(), null, 2)}\n`;
  expectGolden(text, readFileSync(SHIPPED, 'utf8'), (made) => writeFileSync(SHIPPED, made));
});

test('a record fits the schema, and one without revision too', () => {
  for (const decision of [aDecision(), aDecision({ revision: undefined })])
    expect(recordProblem(JSON.stringify(toRecord(decision, NOWHERE)))).toBeUndefined();
});

test.each([
  ['a version that is not known', { v: 2 }, '/v must be equal to one of the allowed values'],
  ['a time without microseconds', { time: '2026-06-01T12:00:00Z' }, '/time must match pattern'],
  ['a negative duration', { duration_us: -1 }, '/duration_us must be >= 0'],
  ['another answer', { decision: 'maybe' }, '/decision must be equal to one of the allowed values'],
  [
    'a long path',
    { request: { id: '', method: '', host: '', path: 'x'.repeat(2049) } },
    '/request/path must NOT have more than 2048 characters',
  ],
  [
    'a limit without a name',
    { limits: [{ policy: 'a', remaining: 1 }] },
    "/limits/0 must have required property 'name'",
  ],
  ['a field that is missing', { trace_id: undefined }, " must have required property 'trace_id'"],
])('the schema refuses %s', (_, change, problem) => {
  const line = JSON.stringify({ ...toRecord(aDecision(), NOWHERE), ...change });
  expect(recordProblem(line)).toMatch(problem);
});

test('fields that a later version adds are accepted', () => {
  const record = toRecord(aDecision(), NOWHERE);
  const line = JSON.stringify({ ...record, later: 1, request: { ...record.request, later: {} } });
  expect(recordProblem(line)).toBeUndefined();
});
