import { isSampled } from '../../../src/sidecar/candidate/sample.ts';
import { createDecisionIds } from '../../../src/sidecar/server/decision-ids.ts';

const nextId = createDecisionIds();
const IDS = Array.from({ length: 20_000 }, () => nextId());

test.each([0.01, 0.25, 0.9])('a share of %p of the ids is sampled', (share) => {
  const sampled = IDS.filter((id) => isSampled(id, share)).length / IDS.length;
  // Six standard deviations.
  expect(Math.abs(sampled - share)).toBeLessThan(6 * Math.sqrt((share * (1 - share)) / IDS.length));
});

test('an id of a share is in each larger one, and all are in 1', () => {
  for (const id of IDS.filter((each) => isSampled(each, 0.1))) expect(isSampled(id, 0.2)).toBe(true);
  expect(IDS.every((id) => isSampled(id, 1))).toBe(true);
});

test('the answer for an id never changes', () => {
  const ids = ['01900000-0000-7000-8000-000000000001', '0d9cbd65-3c5c-4cf5-8a41-0b5f5e1b7a90', ''];
  expect(ids.map((id) => isSampled(id, 0.5))).toEqual([true, true, false]);
});
