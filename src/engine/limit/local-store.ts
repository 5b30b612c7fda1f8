import type { LimitStore, Rate, Take, Taken } from './limit.ts';

/** A store that answers at once. */
export interface LocalStore extends LimitStore {
  take(take: Take, now: number): Taken;
  takeAll(takes: readonly Take[], now: number): readonly Taken[];
  /** Number of buckets. */
  readonly size: number;
}

/**
 * A bucket that is not full. `used` counts requests times `period`, so that each millisecond gives back exactly
 * `rate.count` of it and nothing is rounded.
 */
interface Bucket {
  readonly id: string;
  used: number;
  /** Time of `used`, milliseconds since 1970. */
  at: number;
  period: number;
  /** Amount that one millisecond gives back, by the rate of the last request. */
  count: number;
  /** Neighbours by their last use. */
  older: Bucket | undefined;
  newer: Bucket | undefined;
}

/** Milliseconds by which the times of requests may go back; a larger step means that the clock was set. */
const CLOCK_NOISE = 1000;
/** Old buckets examined for each new one; two, so that the store shrinks when other keys come into use. */
const SWEEP = 2;
/** Number of least recently used buckets of which the fullest is evicted. */
const EVICTION_SAMPLE = 8;
/** Characters; a longer key is replaced by its digest. */
const MAX_KEY = 128;

export interface LocalStoreOptions {
  /** Number of buckets above which one is evicted for each new one. */
  readonly maxBuckets: number;
  /** A collision-resistant digest, for long keys. */
  readonly digest: (text: string) => string;
}

/**
 * Token buckets in this process: `burst` at once, then `rate`. A full bucket is not held, since it equals one that
 * was never used. At `maxBuckets` the fullest of the least recently used buckets is evicted, so that the least use is
 * forgotten. No timers.
 */
export function createLocalStore({ maxBuckets, digest }: LocalStoreOptions): LocalStore {
  const buckets = new Map<string, Bucket>();
  let oldest: Bucket | undefined;
  let newest: Bucket | undefined;
  const idOf = ({ limit, key }: Take): string => `${limit.id}/${key.length <= MAX_KEY ? key : digest(key)}`;

  return {
    take(take, now) {
      const taken = answer(take, now);
      if (taken.allowed) spend(take, take.cost, now);
      return taken;
    },
    takeAll(takes, now) {
      const taken = takes.map((take) => answer(take, now));
      if (taken.every(({ allowed }) => allowed)) for (const take of takes) spend(take, take.cost, now);
      return taken;
    },
    giveBack(takes, now) {
      for (const take of takes) if (buckets.has(idOf(take))) spend(take, -take.cost, now);
    },
    get size() {
      return buckets.size;
    },
  };

  function answer(take: Take, now: number): Taken {
    const { cost } = take;
    const { rate, burst } = take.limit;
    const bucket = buckets.get(idOf(take));
    const used = bucket === undefined ? 0 : usedNow(bucket, rate, now);
    const capacity = burst * rate.period;
    const amount = cost * rate.period;
    const allowed = used + amount <= capacity || cost === 0;
    const after = allowed ? used + amount : used;
    return {
      allowed,
      remaining: Math.max(0, Math.floor((capacity - after) / rate.period)),
      retryAfter: allowed ? 0 : retryAfter(used + amount - capacity, rate, cost > burst),
      resetAfter: Math.ceil(after / rate.count),
    };
  }

  /** Uses `cost` more of the bucket, or less if it is negative. */
  function spend(take: Take, cost: number, now: number): void {
    const { rate } = take.limit;
    const id = idOf(take);
    const bucket = buckets.get(id);
    const used = Math.max(0, (bucket === undefined ? 0 : usedNow(bucket, rate, now)) + cost * rate.period);
    if (bucket !== undefined) touch(bucket, used, rate, now);
    else if (used > 0) add(id, used, rate, now);
  }

  function touch(bucket: Bucket, used: number, rate: Rate, now: number): void {
    if (used <= 0) {
      remove(bucket);
      return;
    }
    bucket.used = used;
    bucket.at = moment(bucket, now);
    bucket.period = rate.period;
    bucket.count = rate.count;
    if (bucket === newest) return;
    unlink(bucket);
    append(bucket);
  }

  function add(id: string, used: number, rate: Rate, now: number): void {
    sweep(now);
    if (buckets.size >= maxBuckets) evict(now);
    const { period, count } = rate;
    const bucket = { id, used, at: now, period, count, older: undefined, newer: undefined };
    buckets.set(id, bucket);
    append(bucket);
  }

  function remove(bucket: Bucket): void {
    buckets.delete(bucket.id);
    unlink(bucket);
  }

  function append(bucket: Bucket): void {
    bucket.older = newest;
    bucket.newer = undefined;
    if (newest === undefined) oldest = bucket;
    else newest.newer = bucket;
    newest = bucket;
  }

  function unlink({ older, newer }: Bucket): void {
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
  }

  function sweep(now: number): void {
    let bucket = oldest;
    for (let count = 0; bucket !== undefined && count < SWEEP; count += 1) {
      const { newer }: Bucket = bucket;
      if (remainder(bucket, now) <= 0) remove(bucket);
      bucket = newer;
    }
  }

  function evict(now: number): void {
    let victim: Bucket | undefined;
    let least = Number.POSITIVE_INFINITY;
    let bucket = oldest;
    for (let count = 0; bucket !== undefined && count < EVICTION_SAMPLE; count += 1) {
      const untilFull = remainder(bucket, now) / bucket.count;
      if (untilFull < least) {
        least = untilFull;
        victim = bucket;
      }
      bucket = bucket.newer;
    }
    if (victim !== undefined) remove(victim);
  }
}

/** After a reload the same bucket may count in another period; the used share of it carries over. */
function usedNow(bucket: Bucket, rate: Rate, now: number): number {
  const used = Math.max(0, bucket.used - elapsed(bucket, now) * bucket.count);
  return bucket.period === rate.period ? used : (used / bucket.period) * rate.period;
}

function remainder(bucket: Bucket, now: number): number {
  return bucket.used - elapsed(bucket, now) * bucket.count;
}

function elapsed(bucket: Bucket, now: number): number {
  return Math.max(0, now - bucket.at);
}

function moment(bucket: Bucket, now: number): number {
  return bucket.at - now > CLOCK_NOISE ? now : Math.max(bucket.at, now);
}

/** Infinity if no bucket of this size ever holds the cost. */
function retryAfter(missing: number, rate: Rate, never: boolean): number {
  return never ? Number.POSITIVE_INFINITY : Math.ceil(missing / rate.count);
}
