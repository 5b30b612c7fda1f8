import { setTimeout as pause } from 'node:timers/promises';
import { type Child, lastLines } from './child.ts';

export interface WaitOptions {
  /** Subject of the message `... did not come about within N ms`. */
  readonly what: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Child whose end ends the wait. */
  readonly child?: Child;
  /** Milliseconds between two calls of `look`, default 20. */
  readonly every?: number;
}

/**
 * Calls `look` until it returns a value, and returns that. Rejects after the timeout or when the child
 * has ended, with the end of its log. An exception of `look` counts as no value.
 */
export async function waitFor<T>(
  look: () => Promise<T | undefined> | T | undefined,
  options: WaitOptions,
): Promise<T> {
  const { what, timeout, child, every = 20 } = options;
  const until = performance.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      last = error;
    }
    const end = child?.ended();
    if (child !== undefined && end !== undefined) {
      throw new Error(`${child.name} ended with ${end}; its log ${child.log} says\n${lastLines(child.log)}`);
    }
    if (performance.now() > until)
      throw new Error(`${what} did not come about within ${timeout} ms`, { cause: last });
    await pause(every);
  }
}
