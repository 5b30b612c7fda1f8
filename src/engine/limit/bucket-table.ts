import { BucketDirectory } from './bucket-directory.ts';
import { Frame } from './frame.ts';
import type { Limit, Take, Taken } from './limit.ts';
import { isLonger, minus, Pace } from './pace.ts';
import { Returns } from './returns.ts';
import type { Room } from './room.ts';
import { Sketch } from './sketch.ts';

/** Mark of a take that cannot be given back. */
const NOTHING_HELD = 0;

/**
 * The buckets of one limit, by the generic cell rate algorithm: the state of a bucket is the time at which it is full
 * again, a whole number of units and a fraction. A key with debt is never forgotten: if there is no room for a new one,
 * a sketch takes over for it.
 */
export class BucketTable {
  /** The limit that the table counts by; takes of others with its id count by it too if a policy set has told it. */
  #limit: Limit;
  #isTold = false;
  #frame: Frame;
  /** Number of the frame, from 1. */
  #frames = 1;
  /** Units by which times are earlier than in the frame before; undefined if that had another pace. */
  #shift: number | undefined;
  readonly #room: Room;
  readonly #clock: () => number;
  readonly #buckets: BucketDirectory;
  #sketch: Sketch | undefined;
  readonly #returns = new Returns();
  /** Number of takes that the sketch has answered. */
  estimated = 0;

  /** `clock`: time of the last take, milliseconds. */
  constructor(limit: Limit, room: Room, clock: () => number) {
    this.#limit = limit;
    this.#room = room;
    this.#clock = clock;
    this.#frame = new Frame(new Pace(limit), clock());
    this.#buckets = new BucketDirectory(this.#frame, (slots) => room.allows(this, slots));
  }

  get id(): string {
    return this.#limit.id;
  }

  get slots(): number {
    return this.#buckets.slots;
  }

  /** Number of keys in memory. */
  get keys(): number {
    return this.#buckets.occupied;
  }

  /** True if every bucket is full. */
  isIdle(now: number): boolean {
    const time = this.#timeOf(now);
    return (this.#sketch === undefined || this.#sketch.isOver(time)) && this.#buckets.count(time) === 0;
  }

  /** Frees the slots of full buckets in one segment. */
  sweep(): void {
    this.#buckets.sweep(this.#timeOf(this.#clock()));
  }

  /** Counts by the limit of a policy set that becomes live. Buckets keep the units that are used. */
  follow(limit: Limit, now: number): void {
    this.#isTold = true;
    this.#count(limit, now);
  }

  #count(limit: Limit, now: number): void {
    this.#limit = limit;
    if (!this.#frame.pace.equals(limit)) this.#begin(new Frame(new Pace(limit), now));
  }

  #begin(frame: Frame): void {
    this.#shift = frame.pace === this.#frame.pace ? this.#frame.shiftTo(frame) : undefined;
    this.#returns.move(this.#shift);
    this.#frame.next = frame;
    this.#frame = frame;
    this.#frames += 1;
    this.#buckets.frame = frame;
    this.#sketch = this.#sketch?.inNextFrame(frame);
  }

  #timeOf(now: number): number {
    const time = this.#frame.time(now);
    if (!this.#frame.isOver(time)) return time;
    this.#begin(new Frame(this.#frame.pace, now));
    return this.#frame.time(now);
  }

  /**
   * Asks the bucket whether it holds the cost, and takes it if `takes`. The hash of the key is on the take.
   * A bucket without a slot is full, or in the sketch.
   */
  ask(take: Take, now: number, takes: boolean): Taken {
    if (take.limit !== this.#limit && !this.#isTold) this.#count(take.limit, now);
    const time = this.#timeOf(now);
    const segment = this.#buckets.segment(take.hashHigh);
    const slot = segment.find(take.hashHigh, take.hashLow);
    let whole = slot < 0 ? this.#estimate(take, time) : segment.whole(slot);
    let fraction = slot < 0 ? 0 : segment.fraction(slot);
    if (whole < time) {
      whole = time;
      fraction = 0;
    }
    const { pace } = this.#frame;
    const cost = pace.spanOf(take.cost);
    let afterWhole = whole + cost.whole;
    let afterFraction = fraction + cost.fraction;
    if (afterFraction >= pace.denominator) {
      afterFraction -= pace.denominator;
      afterWhole += 1;
    }
    const missing = afterWhole - time - pace.window.whole;
    const missingFraction = afterFraction - pace.window.fraction;
    if (take.cost > 0 && (missing > 0 || (missing === 0 && missingFraction > 0))) {
      if (slot < 0) this.estimated += 1;
      return this.#refused(take.cost, whole - time, fraction, missing + (missingFraction > 0 ? 1 : 0));
    }
    if (!takes || take.cost === 0) return this.#allowed(whole - time, fraction);
    this.#hold(take, afterWhole, afterFraction);
    if (slot >= 0) segment.set(slot, afterWhole, afterFraction);
    else if (!this.#buckets.add(take.hashHigh, take.hashLow, afterWhole, afterFraction, time))
      this.#overflow(take, afterWhole, afterFraction, time);
    return this.#allowed(afterWhole - time, afterFraction);
  }

  /** Time at which a bucket without a slot is full again, or a later one. */
  #estimate({ hashHigh, hashLow }: Take, time: number): number {
    if (this.#sketch === undefined) return 0;
    if (!this.#sketch.isOver(time)) return this.#sketch.read(hashHigh, hashLow);
    this.#sketch = undefined;
    return 0;
  }

  #overflow(take: Take, whole: number, fraction: number, time: number): void {
    if (this.#sketch?.isOver(time) !== false) this.#sketch = new Sketch(this.#frame, this.#room.share);
    this.#sketch.write(take.hashHigh, take.hashLow, whole + Math.sign(fraction));
    this.estimated += 1;
    take.heldFrame = NOTHING_HELD;
  }

  #hold(take: Take, whole: number, fraction: number): void {
    take.heldUntil = whole;
    take.heldFraction = fraction;
    take.heldFrame = this.#frames;
    take.heldReturns = this.#returns.count;
  }

  #allowed(debt: number, fraction: number): Taken {
    const { perMillisecond } = this.#frame.pace;
    const resetAfter = (debt + Math.sign(fraction)) / perMillisecond;
    return { allowed: true, remaining: this.#unitsLeft(debt, fraction), retryAfter: 0, resetAfter };
  }

  #refused(cost: number, debt: number, fraction: number, missing: number): Taken {
    const { burst, perMillisecond } = this.#frame.pace;
    return {
      allowed: false,
      remaining: this.#unitsLeft(debt, fraction),
      retryAfter: cost > burst ? Number.POSITIVE_INFINITY : missing / perMillisecond,
      resetAfter: (debt + Math.sign(fraction)) / perMillisecond,
    };
  }

  #unitsLeft(debt: number, fraction: number): number {
    const { pace } = this.#frame;
    const { whole, fraction: part } = pace.window;
    if (debt >= whole) return 0;
    return fraction > part
      ? pace.unitsIn(whole - debt - 1, part - fraction + pace.denominator)
      : pace.unitsIn(whole - debt, part - fraction);
  }

  /**
   * Gives back what is left of a take. A bucket is used by its takes one after the other, in their order, so that time
   * has already given back what the take held before now. INVARIANT: the bucket is then at least as empty as if the take
   * had never been; it is equally empty if no other take came in between.
   */
  giveBack(take: Take, now: number): void {
    const time = this.#timeOf(now);
    if (take.heldFrame === this.#frames - 1 && this.#shift !== undefined) {
      take.heldUntil -= this.#shift;
      take.heldFrame = this.#frames;
    }
    if (take.heldFrame !== this.#frames) return;
    take.heldFrame = NOTHING_HELD;
    const segment = this.#buckets.segment(take.hashHigh);
    const slot = segment.find(take.hashHigh, take.hashLow);
    if (slot < 0) return;
    const { pace } = this.#frame;
    const until = this.#returns.until(take, pace.denominator);
    if (until === undefined) return;
    const left = minus(until, { whole: time, fraction: 0 }, pace.denominator);
    if (left.whole < 0) return;
    const cost = pace.spanOf(take.cost);
    const span = isLonger(cost, left) ? left : cost;
    const full = { whole: segment.whole(slot), fraction: segment.fraction(slot) };
    if (isLonger(full, until)) this.#returns.note(take, until, span);
    const { whole, fraction } = minus(full, span, pace.denominator);
    segment.set(slot, whole, fraction);
  }
}
