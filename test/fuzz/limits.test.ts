import { seeded } from '../support/seeded.ts';
import { runReloads, runSchedules } from './limits.ts';

/** `make fuzz-limits` runs 100,000. */
const SCHEDULES = 4000;

test('limits agree with a bucket in rational arithmetic, whatever the clock does', () => {
  const { schedules, allowed, refused, returned, jumps } = runSchedules(SCHEDULES, seeded(16));
  expect(schedules).toBe(SCHEDULES);
  for (const each of [allowed, refused, returned, jumps]) expect(each).toBeGreaterThan(SCHEDULES);
});

test('used units carry over exactly when rate and burst change', () => {
  const { reloads, refused } = runReloads(2000, seeded(17));
  expect(reloads).toBeGreaterThan(5000);
  expect(refused).toBeGreaterThan(5000);
});
