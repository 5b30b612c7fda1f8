import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest time of work between two turns of the event loop, in milliseconds. A step may take longer. */
const SLICE = 2;

/** Runs the steps of a long work between requests. */
export async function inSlices<T>(steps: Iterator<undefined, T>): Promise<T> {
  for (;;) {
    const until = performance.now() + SLICE;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < until);
    await nextTurn();
  }
}
