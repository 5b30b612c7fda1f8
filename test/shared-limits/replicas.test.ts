import { setTimeout as pause } from 'node:timers/promises';
import { describeWithRedis } from '../support/redis.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { excessOf, type Outcome, runReplicas, type Scenario } from './replicas.ts';

/** Short, with a patient timeout: the machine of a test may be busy. */
const SHORT: Scenario = {
  mode: 'exact',
  onStoreFailure: 'local',
  replicas: 4,
  rate: 100,
  burst: 100,
  duration: 3000,
  lanes: 2,
  rest: 5,
  timeout: '500ms',
};

async function ran(change: Partial<Scenario>): Promise<Outcome> {
  await using stack = new AsyncDisposableStack();
  return await runReplicas(await scratchFolder(stack), { ...SHORT, ...change });
}

const { rate, burst } = SHORT;

/** The bursts of a bound: one more if a check was decided without Redis, as on a machine that stands still. */
function burstsOf({ withoutStore }: Outcome, expected: number): number {
  return burst * (withoutStore > 0 ? expected + 1 : expected);
}

/** Units by which the bound may be exceeded: one, by the time that passes between a decision and the times here. */
const SLACK = 1;

describeWithRedis('four sidecars and one key', () => {
  test.each(['exact', 'leased'] as const)(
    'never allow more than the limit, %s',
    async (mode) => {
      const outcome = await ran({ mode });
      const { allowed, checks, statuses } = outcome;
      expect(excessOf(allowed, rate, burstsOf(outcome, 1))).toBeLessThanOrEqual(SLACK);
      // The whole burst can be used, and what comes back after it.
      expect(allowed.length).toBeGreaterThan(burst);
      expect(checks).toBeGreaterThan(allowed.length);
      expect(Object.keys(statuses).sort()).toEqual(['allowed', 'rate_limited']);
    },
    120_000,
  );

  test.each(['exact', 'leased'] as const)(
    'stay below the bound of an outage while Redis is killed and comes back empty, %s',
    async (mode) => {
      const disturb: Scenario['disturb'] = async (redis) => {
        await pause(500);
        await redis.kill();
        await pause(1000);
        await redis.restart();
      };
      const { allowed, withoutStore } = await ran({ mode, disturb });
      expect(withoutStore).toBeGreaterThan(0);
      // A burst for the shares and a burst for the empty Redis.
      expect(excessOf(allowed, rate, 3 * burst)).toBeLessThanOrEqual(SLACK);
      expect(allowed.length).toBeGreaterThan(burst);
    },
    120_000,
  );

  test('deny without Redis where the limit wants that, and answer in time', async () => {
    const disturb: Scenario['disturb'] = async (redis) => {
      await pause(300);
      redis.pause();
      await pause(1000);
      redis.resume();
    };
    const { allowed, statuses, withoutStore } = await ran({ onStoreFailure: 'deny', disturb });
    expect(statuses['limit_unavailable']).toBeGreaterThan(0);
    expect(withoutStore).toBe(statuses['limit_unavailable']);
    expect(excessOf(allowed, rate, burst)).toBeLessThanOrEqual(SLACK);
  }, 120_000);

  test('a Redis that forgets everything allows a burst more', async () => {
    const disturb: Scenario['disturb'] = async (redis) => {
      await pause(1500);
      await redis.client.flushall();
    };
    const outcome = await ran({ disturb });
    expect(excessOf(outcome.allowed, rate, burstsOf(outcome, 2))).toBeLessThanOrEqual(SLACK);
  }, 120_000);
});
