import type { Decision, PendingDecision } from '../../../src/engine/decision/decide.ts';
import { DeferredWork, MAX_SHADOW_EVALUATIONS } from '../../../src/engine/envoy/deferred-work.ts';
import { aDecision } from '../../support/decision.ts';

const shadow: Decision['shadow'] = [{ policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' }];

test('waiting shadow evaluations are bounded, and records of other decisions do not wait for them', async () => {
  const completed: Decision[] = [];
  const deferredWork = new DeferredWork((decision) => void completed.push(decision), setImmediate);
  const keys = Promise.withResolvers<void>();
  const decision = aDecision({ id: 'held' });
  const held: PendingDecision = {
    decision,
    deferred: async () => {
      await keys.promise;
      return { ...decision, shadow };
    },
  };
  for (let i = 0; i < MAX_SHADOW_EVALUATIONS; i++) deferredWork.push(held, '');
  const surplus = aDecision({ id: 'surplus' });
  deferredWork.push({ decision: surplus, deferred: async () => ({ ...surplus, shadow }) }, '');
  await new Promise((resolve) => setImmediate(resolve));
  expect(completed).toEqual([surplus]);

  keys.resolve();
  await deferredWork.settled();
  expect(completed).toHaveLength(MAX_SHADOW_EVALUATIONS + 1);
  expect(completed.filter((each) => each.shadow === shadow)).toHaveLength(MAX_SHADOW_EVALUATIONS);

  const later = aDecision({ id: 'later' });
  deferredWork.push({ decision: later, deferred: async () => ({ ...later, shadow }) }, '');
  await deferredWork.settled();
  expect(completed.at(-1)).toEqual({ ...later, shadow });
});
