import type { Decision, PendingDecision } from '../../../src/engine/decision/decide.ts';
import { DeferredWork, MOST_JUDGED } from '../../../src/engine/envoy/deferred-work.ts';
import { aDecision } from '../../support/decision.ts';

const shadow: Decision['shadow'] = [{ policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' }];

test('shadow hearings that wait are bounded, and the records of the others wait for none', async () => {
  const told: Decision[] = [];
  const afterwards = new DeferredWork((decision) => void told.push(decision), setImmediate);
  const keys = Promise.withResolvers<void>();
  const decision = aDecision({ id: 'held' });
  const held: PendingDecision = {
    decision,
    deferred: async () => {
      await keys.promise;
      return { ...decision, shadow };
    },
  };
  for (let i = 0; i < MOST_JUDGED; i++) afterwards.push(held, '');
  const surplus = aDecision({ id: 'surplus' });
  afterwards.push({ decision: surplus, deferred: async () => ({ ...surplus, shadow }) }, '');
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([surplus]);

  keys.resolve();
  await afterwards.settled();
  expect(told).toHaveLength(MOST_JUDGED + 1);
  expect(told.filter((each) => each.shadow === shadow)).toHaveLength(MOST_JUDGED);

  const later = aDecision({ id: 'later' });
  afterwards.push({ decision: later, deferred: async () => ({ ...later, shadow }) }, '');
  await afterwards.settled();
  expect(told.at(-1)).toEqual({ ...later, shadow });
});
