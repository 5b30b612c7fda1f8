import type { Frame } from './frame.ts';

/** Slots of a segment that is split into two rather than grown; a power of two. */
export const MOST_SLOTS = 1024;
/** Slots of the first segment of a table. */
export const FEWEST_SLOTS = 32;

/**
 * Buckets that are not full, by a hash of their keys of 64 bits: open addressing with linear probing. A slot holds the
 * hash and the time at which the bucket is full again (the theoretical arrival time of GCRA). A bucket that is full
 * equals one that was never used: its slot may be taken by another key.
 */
export class Segment {
  readonly frame: Frame;
  /** Number of first bits of the hash that all keys of the segment share. */
  readonly depth: number;
  readonly slots: number;
  /** Number of slots with a key, those of full buckets included. */
  occupied = 0;
  /** Four words a slot: two of the hash, and two of the time, which `#times` has as one number: 0 without a key. */
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  /** Fractions of a unit; undefined if all are 0. */
  readonly #fractions: Uint32Array | undefined;
  /** No bucket is full before this time. */
  #firstFull = Number.POSITIVE_INFINITY;

  constructor(frame: Frame, depth: number, slots: number) {
    this.frame = frame;
    this.depth = depth;
    this.slots = slots;
    this.#words = new Int32Array(slots * 4);
    this.#times = new Float64Array(this.#words.buffer);
    this.#fractions = frame.pace.denominator === 1 ? undefined : new Uint32Array(slots);
  }

  /** The slot of a key; -1 if it has none. */
  find(high: number, low: number): number {
    const words = this.#words;
    const times = this.#times;
    const last = this.slots - 1;
    for (let slot = low & last; times[slot * 2 + 1] !== 0; slot = (slot + 1) & last)
      if (words[slot * 4] === low && words[slot * 4 + 1] === high) return slot;
    return -1;
  }

  /** Whole units of the time of a slot. */
  whole(slot: number): number {
    return this.#times[slot * 2 + 1] ?? 0;
  }

  fraction(slot: number): number {
    return this.#fractions === undefined ? 0 : (this.#fractions[slot] ?? 0);
  }

  set(slot: number, whole: number, fraction: number): void {
    this.#times[slot * 2 + 1] = whole;
    if (this.#fractions !== undefined) this.#fractions[slot] = fraction;
    if (whole < this.#firstFull) this.#firstFull = whole;
  }

  /** Adds a key that has no slot, in place of one whose bucket is full at `time` if there is one. False: no room. */
  add(high: number, low: number, whole: number, fraction: number, time: number): boolean {
    const last = this.slots - 1;
    let slot = low & last;
    while (this.whole(slot) >= time) slot = (slot + 1) & last;
    if (this.whole(slot) === 0) {
      if (this.occupied * 4 >= this.slots * 3) return false;
      this.occupied += 1;
    }
    this.#words[slot * 4] = low;
    this.#words[slot * 4 + 1] = high;
    this.set(slot, whole, fraction);
    return true;
  }

  /** True if a bucket may be full at `time`. */
  hasFull(time: number): boolean {
    return this.#firstFull < time;
  }

  /** The buckets that are not full at `time`, in another segment. */
  copied(slots: number, time: number, depth = this.depth): Segment {
    const copy = new Segment(this.frame, depth, slots);
    this.copyTo(() => copy, time);
    return copy;
  }

  /** Adds the buckets that are not full at `time` to the segments for the first words of their hashes. */
  copyTo(target: (high: number) => Segment, time: number): void {
    this.#each(time, (high, low, whole, fraction) => target(high).add(high, low, whole, fraction, time));
  }

  /** Number of buckets that are not full at `time`. */
  count(time: number): number {
    let count = 0;
    this.#each(time, () => {
      count += 1;
    });
    return count;
  }

  /** The same buckets in the next frame, from the moment at which it began: each with as many units used. */
  inNextFrame(next: Frame): Segment {
    const { frame, depth, slots } = this;
    const moved = new Segment(next, depth, slots);
    const before = frame.time(next.since);
    const after = next.time(next.since);
    this.#each(before, (high, low, whole, fraction) => {
      const debt = next.pace.spanFrom(frame.pace, { whole: whole - before, fraction });
      moved.add(high, low, after + debt.whole, debt.fraction, after);
    });
    return moved;
  }

  #each(time: number, visit: (high: number, low: number, whole: number, fraction: number) => void): void {
    for (let slot = 0; slot < this.slots; slot++) {
      const whole = this.whole(slot);
      if (whole < time) continue;
      visit(this.#words[slot * 4 + 1] ?? 0, this.#words[slot * 4] ?? 0, whole, this.fraction(slot));
    }
  }
}
