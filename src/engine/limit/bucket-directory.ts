import type { Frame } from './frame.ts';
import { FEWEST_SLOTS, MOST_SLOTS, Segment } from './segment.ts';

/** Number of keys that are added between two segments that are swept. */
const SWEEP_EVERY = 512;
/** Bits of a hash by which segments are told apart at most. */
const MOST_DEPTH = 20;

/**
 * The segments of a table, by the first bits of the hash of a key (extendible hashing): what grows, shrinks or changes
 * its frame is one segment at a time, so that no request waits for a whole table. No timers: slots of full buckets are
 * taken by new keys, and each so many new keys one segment is swept.
 */
export class BucketDirectory {
  /** Segments of earlier frames follow when they are next used. */
  frame: Frame;
  /** Slots of all segments. */
  slots = FEWEST_SLOTS;
  readonly #mayHave: (slots: number) => boolean;
  /** By the first `#depth` bits of the hash; a segment of fewer bits is there several times in a row. */
  #segments: Segment[];
  #depth = 0;
  #added = 0;
  /** Place of the next segment to be swept. */
  #next = 0;

  /** `mayHave`: asked before the directory gets so many slots. */
  constructor(frame: Frame, mayHave: (slots: number) => boolean) {
    this.frame = frame;
    this.#mayHave = mayHave;
    this.#segments = [new Segment(frame, 0, FEWEST_SLOTS)];
  }

  /** The segment for hashes that begin with these 32 bits. */
  segment(high: number): Segment {
    const segment = this.#segments[this.#depth === 0 ? 0 : high >>> (32 - this.#depth)];
    if (segment === undefined) throw new Error('a directory of buckets has a hole');
    return segment.frame === this.frame ? segment : this.#follow(segment, high);
  }

  #follow(before: Segment, high: number): Segment {
    let segment = before;
    while (segment.frame !== this.frame) {
      const { next } = segment.frame;
      if (next === undefined) throw new Error('a frame of a table has no successor');
      segment = segment.inNextFrame(next);
    }
    this.#place(segment, high);
    return segment;
  }

  /** Adds a key that has no slot. False if there is no room for it. */
  add(high: number, low: number, whole: number, fraction: number, time: number): boolean {
    this.#added += 1;
    if (this.#added % SWEEP_EVERY === 0) this.sweep(time);
    while (!this.segment(high).add(high, low, whole, fraction, time)) {
      const isPurged = this.#purge(high, time);
      if (!this.#grow(high, time) && !isPurged) return false;
    }
    return true;
  }

  /** Frees slots of full buckets. True if that is enough to add a key. */
  #purge(high: number, time: number): boolean {
    const segment = this.segment(high);
    if (!segment.hasFull(time)) return false;
    const purged = segment.copied(segment.slots, time);
    this.#place(purged, high);
    return purged.occupied < segment.occupied;
  }

  /** Doubles the slots for such hashes, if more than half of them are in use. False: there is no room. */
  #grow(high: number, time: number): boolean {
    const segment = this.segment(high);
    const { slots, depth } = segment;
    if (segment.occupied * 2 < slots) return true;
    if (depth >= MOST_DEPTH || !this.#mayHave(this.slots + slots)) return false;
    this.slots += slots;
    if (slots < MOST_SLOTS) this.#place(segment.copied(slots * 2, time), high);
    else this.#split(segment, high, time);
    return true;
  }

  #split(segment: Segment, high: number, time: number): void {
    const { frame, depth } = segment;
    if (depth === this.#depth) {
      this.#segments = this.#segments.flatMap((each) => [each, each]);
      this.#depth += 1;
    }
    const halves = [
      new Segment(frame, depth + 1, MOST_SLOTS),
      new Segment(frame, depth + 1, MOST_SLOTS),
    ] as const;
    const bit = 1 << (31 - depth);
    segment.copyTo((each) => ((each & bit) === 0 ? halves[0] : halves[1]), time);
    this.#place(halves[0], high & ~bit);
    this.#place(halves[1], high | bit);
  }

  /** Puts a segment at all places for its first bits, which are those of `high`. */
  #place(segment: Segment, high: number): void {
    const [from, to] = this.#places(segment.depth, high);
    this.#segments.fill(segment, from, to);
  }

  /** Places of hashes that share the first `depth` bits with `high`. */
  #places(depth: number, high: number): readonly [number, number] {
    const prefix = depth === 0 ? 0 : high >>> (32 - depth);
    const width = 2 ** (this.#depth - depth);
    return [prefix * width, (prefix + 1) * width];
  }

  /** Frees the slots of full buckets in the next segment, and joins it with its neighbour if both are nearly empty. */
  sweep(time: number): void {
    const at = this.#next;
    const high = this.#depth === 0 ? 0 : at << (32 - this.#depth);
    this.#purge(high, time);
    const segment = this.segment(high);
    [, this.#next] = this.#places(segment.depth, high);
    if (this.#next >= this.#segments.length) this.#next = 0;
    if (segment.depth > 0) this.#join(segment, high, time);
  }

  #join(segment: Segment, high: number, time: number): void {
    const { depth } = segment;
    const other = this.segment(high ^ (1 << (32 - depth)));
    if (other.depth !== depth || (segment.occupied + other.occupied) * 3 > MOST_SLOTS) return;
    const joined = segment.copied(MOST_SLOTS, time, depth - 1);
    other.copyTo(() => joined, time);
    this.#place(joined, high);
    this.slots -= MOST_SLOTS;
  }

  /** Number of buckets that are not full at `time`. */
  count(time: number): number {
    let count = 0;
    let before: Segment | undefined;
    for (const at of this.#segments.keys()) {
      const segment = this.segment(this.#depth === 0 ? 0 : at << (32 - this.#depth));
      if (segment !== before) count += segment.count(time);
      before = segment;
    }
    return count;
  }

  /** Number of slots with a key, those of full buckets included. */
  get occupied(): number {
    return [...new Set(this.#segments)].reduce((sum, segment) => sum + segment.occupied, 0);
  }
}
