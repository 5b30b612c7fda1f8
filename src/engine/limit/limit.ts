/** `rate` of a limit: `count` requests per `period`, in milliseconds. */
export interface Rate {
  readonly count: number;
  readonly period: number;
}

/** Answer of a bucket. Times are milliseconds from now. */
export interface Taken {
  readonly allowed: boolean;
  /** Whole units left in the bucket. */
  readonly remaining: number;
  /** Time until the same cost would be allowed; 0 if it is. */
  readonly retryAfter: number;
  /** Time until the bucket is full again. */
  readonly resetAfter: number;
}

/** A store of buckets. The local one answers at once; a shared one may return a promise. */
export interface LimitStore {
  /** Takes `cost` out of the bucket `key`, or nothing if it does not hold that much. `now`: milliseconds since 1970. */
  take(key: string, rate: Rate, burst: number, cost: number, now: number): Taken | Promise<Taken>;
  /** Gives back the cost that an allowed `take` of the same arguments took. */
  giveBack(key: string, rate: Rate, burst: number, cost: number, now: number): void;
}
