import type { Decision, Ruling } from '../../../src/engine/decision/decide.ts';
import { Afterwards, MOST_JUDGED } from '../../../src/engine/envoy/afterwards.ts';
import { aDecision } from '../../support/decision.ts';

const shadow: Decision['shadow'] = [{ policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' }];

test('shadow hearings that wait are bounded, and the records of the others wait for none', async () => {
  const told: Decision[] = [];
  const afterwards = new Afterwards((decision) => void told.push(decision));
  const keys = Promise.withResolvers<void>();
  const decision = aDecision({ id: 'held' });
  const held: Ruling = {
    decision,
    afterwards: async () => {
      await keys.promise;
      return { ...decision, shadow };
    },
  };
  for (let i = 0; i < MOST_JUDGED; i++) afterwards.push(held, '');
  const surplus = aDecision({ id: 'surplus' });
  afterwards.push({ decision: surplus, afterwards: async () => ({ ...surplus, shadow }) }, '');
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([surplus]);

  keys.resolve();
  await afterwards.settled();
  expect(told).toHaveLength(MOST_JUDGED + 1);
  expect(told.filter((each) => each.shadow === shadow)).toHaveLength(MOST_JUDGED);

  const later = aDecision({ id: 'later' });
  afterwards.push({ decision: later, afterwards: async () => ({ ...later, shadow }) }, '');
  await afterwards.settled();
  expect(told.at(-1)).toEqual({ ...later, shadow });
});
