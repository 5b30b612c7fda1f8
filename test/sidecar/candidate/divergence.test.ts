import {
  type Compared,
  type Divergence,
  divergenceOf,
  isComparable,
} from '../../../src/sidecar/candidate/divergence.ts';

const ALLOWED: Compared = { reason: 'allowed', policy: 'orders', rule: 'read' };
const DENIED: Compared = { reason: 'no_rule', policy: 'orders', rule: '' };

test.each<[string, Compared, Compared, Divergence | undefined]>([
  ['the same', ALLOWED, ALLOWED, undefined],
  ['another rule', ALLOWED, { ...ALLOWED, rule: 'all' }, undefined],
  ['another policy', ALLOWED, { ...ALLOWED, policy: 'shop' }, 'other_reason'],
  ['a new denial', ALLOWED, DENIED, 'newly_denied'],
  ['a new allow', DENIED, ALLOWED, 'newly_allowed'],
  ['another reason', DENIED, { ...DENIED, reason: 'token_missing' }, 'other_reason'],
  ['another policy that denies', DENIED, { ...DENIED, policy: 'shop' }, 'other_reason'],
])('%s', (_, live, candidate, kind) => {
  expect(divergenceOf(live, candidate)).toBe(kind);
});

test('a refusal by a limit, or by a full or late sidecar, is not compared', () => {
  for (const reason of ['rate_limited', 'limit_unavailable', 'overloaded', 'deadline_exceeded'] as const)
    expect(isComparable({ ...DENIED, reason })).toBe(false);
  expect(isComparable(DENIED)).toBe(true);
  expect(isComparable(ALLOWED)).toBe(true);
});
