import { MOST_UNITS, type Pace } from './pace.ts';

/** Milliseconds; a whole number of them is a whole number of every unit. */
const SECOND = 1000;

/**
 * Meaning of the times in a table: a pace, and the origin from which its units are counted. A limit gets another frame
 * when its rate or burst changes, and when the times of the old one become too large to be exact.
 */
export class Frame {
  readonly pace: Pace;
  /** Milliseconds of the monotonic clock: the moment from which the frame holds. */
  readonly since: number;
  readonly #origin: number;
  /** The frame after this one; undefined for that of the table. */
  next: Frame | undefined;

  constructor(pace: Pace, since: number) {
    this.pace = pace;
    this.since = since;
    // A second earlier, so that no time is 0.
    this.#origin = Math.floor(since / SECOND) * SECOND - SECOND;
  }

  /** Units from the origin until `now`, in milliseconds; rounded down, so that nothing comes back early. At least 1. */
  time(now: number): number {
    return Math.floor((now - this.#origin) * this.pace.perMillisecond);
  }

  /** Units by which the same moment is earlier in a later frame of the same pace. */
  shiftTo(later: Frame): number {
    return (later.#origin - this.#origin) * this.pace.perMillisecond;
  }

  /** True if a time is about to become too large: after 26 days in nanoseconds. */
  isOver(time: number): boolean {
    return time >= MOST_UNITS;
  }
}
