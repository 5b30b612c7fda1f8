import { decide } from '../../../src/engine/decision/decide.ts';
import { structOf } from '../../../src/engine/envoy/metadata.ts';
import { checkMessage } from '../../support/attributes.ts';
import { roomyCheck } from '../../support/check.ts';
import { decodeCheckResponse, encodeCheckRequest } from '../../support/check-messages.ts';
import { policySet } from '../../support/policy-set.ts';
import { bench } from './run-case.ts';

/** `reason`, or `fault` for one of Lictor itself, for an allow rule with this condition. */
async function outcomeOf(
  when: string,
  respond: object,
  data: Parameters<typeof structOf>[0],
): Promise<string> {
  const set = policySet({ policies: { p: { rules: [{ name: 'r', effect: 'allow', when }], respond } } });
  const { services } = bench();
  const reasons: string[] = [];
  const check = roomyCheck({
    ...services,
    decide: (attributes, deadline) => decide(attributes, set, services, deadline),
    set: () => set,
    onDecision: ({ reason }) => void reasons.push(reason),
  });
  const { attributes } = checkMessage();
  const metadataContext = { filterMetadata: { f: structOf(data) } };
  const bytes = encodeCheckRequest({ attributes: { ...attributes, metadataContext } });
  const response = await check.handle(bytes, {
    metadata: () => undefined,
    deadline: Number.POSITIVE_INFINITY,
  });
  expect(decodeCheckResponse(response).dynamicMetadata).toBeDefined();
  await check.settled();
  return reasons.join();
}

const DATA = { id: 2 ** 53, list: [1, 2 ** 60], small: 2 ** 53 - 1, fraction: 0.5, deep: { id: -(2 ** 53) } };

test.each([
  ['metadata.f.small == 9007199254740991', 'allowed'],
  ['metadata.f.fraction == 0.5', 'allowed'],
  ['metadata.f.list[0] == 1', 'allowed'],
  ["'f' in metadata", 'allowed'],
  // Otherwise true for every integer that has this double.
  ['metadata.f.id == 9007199254740993', 'policy_error'],
  ['metadata.f.id != 0', 'policy_error'],
  ['metadata.f.list[1] > 0', 'policy_error'],
  ['metadata.f.list.exists(x, x == 5)', 'policy_error'],
  ['metadata.f.deep.id < 0', 'policy_error'],
  ["metadata.f[?'id'].orValue(0) == 0", 'policy_error'],
])('a number of the metadata is exact, or reading it denies: %s', async (when, reason) => {
  expect(await outcomeOf(when, {}, DATA)).toBe(reason);
});

test('metadata that is passed on is not a fault of Lictor', async () => {
  const respond = { allow: { metadata: { all: { cel: 'metadata.f' } } } };
  expect(await outcomeOf('true', respond, DATA)).toBe('policy_error');
  expect(await outcomeOf('true', respond, { id: 1 })).toBe('allowed');
});
