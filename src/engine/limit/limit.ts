/** `rate` of a limit: `count` requests per `period`, in milliseconds, which is a number of whole seconds. */
export interface Rate {
  readonly count: number;
  readonly period: number;
}

/** The part of a limit that a store knows. */
export interface Limit {
  /** `POLICY/LIMIT`: buckets of limits with different ids never meet. Stable across reloads. */
  readonly id: string;
  readonly rate: Rate;
  readonly burst: number;
  /** Undefined for a limit that each process counts by itself. */
  readonly shared?: SharedLimit | undefined;
}

/** The way in which processes count a limit together. */
export interface SharedLimit {
  /** `exact`: the shared store is asked about each request. `leased`: units are taken ahead. */
  readonly mode: 'exact' | 'leased';
  /** While the shared store does not answer. `local`: each process counts against its share. */
  readonly onStoreFailure: 'local' | 'deny';
}

/** A wish to take from one bucket. A store may keep on it what it needs to give back, so each request makes its own. */
export interface Take {
  readonly limit: Limit;
  /** Values of the key, with their types (`limit-key.ts`). With the id of the limit before it, the name of the bucket. */
  readonly key: string;
  /** Whole units from 0 to `burst`. */
  readonly cost: number;
  /** Notes of the local store until it is asked to give back; 0 at first. Hash of the key: */
  hashHigh: number;
  hashLow: number;
  /** Time until which the take uses its bucket, the frame of this time (0: nothing is held), and the returns before it. */
  heldUntil: number;
  heldFraction: number;
  heldFrame: number;
  heldReturns: number;
}

/** A take without notes. */
export function takeFrom(limit: Limit, key: string, cost: number): Take {
  return {
    limit,
    key,
    cost,
    hashHigh: 0,
    hashLow: 0,
    heldUntil: 0,
    heldFraction: 0,
    heldFrame: 0,
    heldReturns: 0,
  };
}

/** Answer of a bucket. Times are milliseconds from now, with fractions. */
export interface Taken {
  /** True if the bucket holds the cost. It was taken if the buckets of all other takes of the call hold theirs. */
  readonly allowed: boolean;
  /** Whole units left in the bucket. */
  readonly remaining: number;
  /** Time until the same cost would be allowed; 0 if it is. */
  readonly retryAfter: number;
  /** Time until the bucket is full again. */
  readonly resetAfter: number;
  /**
   * Set if the shared store did not answer: `share`, decided by the share of this process; `unavailable`, not allowed
   * since the limit denies then.
   */
  readonly withoutStore?: 'share' | 'unavailable' | undefined;
}

/**
 * A store of buckets. The local one answers at once; a shared one may return promises.
 * `now` is in milliseconds of a clock that never goes back, such as `performance.now()`, of any origin.
 */
export interface LimitStore {
  /** Takes the cost out of the bucket, or nothing if it does not hold that much. */
  take(take: Take, now: number): Taken | Promise<Taken>;
  /**
   * Takes from all buckets, each another one, or from none if one does not hold its cost. Answers are in their order;
   * undefined for a bucket that was not asked, since another one already refuses.
   */
  takeAll(
    takes: readonly Take[],
    now: number,
  ): readonly (Taken | undefined)[] | Promise<readonly (Taken | undefined)[]>;
  /** Gives back what allowed takes took; the same objects, each at most once. */
  giveBack(takes: readonly Take[], now: number): void;
}
