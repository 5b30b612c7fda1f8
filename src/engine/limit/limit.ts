/** `rate` of a limit: `count` requests a `period` of milliseconds. */
export interface Rate {
  readonly count: number;
  readonly period: number;
}

/** What a bucket answers. Times are milliseconds from now. */
export interface Taken {
  readonly allowed: boolean;
  /** Whole units left in the bucket. */
  readonly remaining: number;
  /** When the same cost would be granted; 0 when allowed. */
  readonly retryAfter: number;
  /** When the bucket is full again. */
  readonly resetAfter: number;
}

/** Counts. The local store answers at once; a shared one may answer later. */
export interface LimitStore {
  /** Takes `cost` out of the bucket `key`, or nothing when it does not hold that much. `now` in milliseconds. */
  take(key: string, rate: Rate, burst: number, cost: number, now: number): Taken | Promise<Taken>;
  /** Gives back what an allowed `take` of the same arguments took. */
  giveBack(key: string, rate: Rate, burst: number, cost: number, now: number): void;
}
