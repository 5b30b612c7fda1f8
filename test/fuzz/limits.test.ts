import { seeded } from '../support/seeded.ts';
import { runSchedules } from './limits.ts';

/** `make fuzz-limits` runs 100,000. */
const SCHEDULES = 4000;

test('limits agree with a bucket in rational arithmetic, whatever the clock does', () => {
  const { schedules, allowed, refused, returned, jumps } = runSchedules(SCHEDULES, seeded(16));
  expect(schedules).toBe(SCHEDULES);
  for (const each of [allowed, refused, returned, jumps]) expect(each).toBeGreaterThan(SCHEDULES);
});
