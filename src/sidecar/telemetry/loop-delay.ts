import { Durations } from './durations.ts';
import { LOOP_DELAY_BOUNDS } from './metric-table.ts';

/** Milliseconds between two measurements: each wakes the process. */
const INTERVAL = 100;

/** Delays of the event loop, measured from now on by a timer that does not keep the process alive. */
export function measureLoopDelays(monotonic: () => number): Durations {
  const delays = new Durations(LOOP_DELAY_BOUNDS);
  let expected = monotonic() + INTERVAL;
  const timer = setInterval(() => {
    const now = monotonic();
    delays.observe(Math.max(0, now - expected) / 1000);
    expected = now + INTERVAL;
  }, INTERVAL);
  timer.unref();
  return delays;
}
