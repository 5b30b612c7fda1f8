import type { Exemplified } from './exemplar.ts';

/** A count of durations up to a bound. */
export interface Bucket extends Exemplified {
  count: number;
}

/** Durations in buckets, for one series of a histogram. */
export class Durations {
  /** Upper bounds, seconds. */
  readonly bounds: readonly number[];
  /** One more than `bounds`, for what is longer than all of them. */
  readonly buckets: readonly Bucket[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.buckets = Array.from({ length: bounds.length + 1 }, () => ({ count: 0 }));
  }

  /** Counts a duration in seconds. Returns its bucket. */
  observe(seconds: number): Bucket | undefined {
    let at = 0;
    while (at < this.bounds.length && seconds > (this.bounds[at] ?? 0)) at++;
    const bucket = this.buckets[at];
    if (bucket !== undefined) bucket.count += 1;
    this.sum += seconds;
    this.count += 1;
    return bucket;
  }
}
