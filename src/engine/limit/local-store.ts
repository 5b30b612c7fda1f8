import type { LimitStore, Rate, Taken } from './limit.ts';

/** A store that answers at once. */
export interface LocalStore extends LimitStore {
  take(key: string, rate: Rate, burst: number, cost: number, now: number): Taken;
  /** Buckets held. */
  readonly size: number;
}

/**
 * A bucket that is not full. `used` counts requests times `period`, so that each millisecond gives back exactly
 * `rate.count` of it and nothing is ever rounded.
 */
interface Bucket {
  used: number;
  /** Milliseconds: when `used` was right. */
  at: number;
  period: number;
  /** What one millisecond gave back when the bucket was last touched. */
  count: number;
}

/** Clocks of two threads of work differ a little; a larger step back is a clock that was set. Milliseconds. */
const CLOCK_NOISE = 1000;
/** Old buckets looked at for each new one; two, so that the store shrinks when traffic moves on. */
const SWEEP = 2;
/** Of so many longest untouched buckets, the one that has least to forget makes room. */
const EVICTION_SAMPLE = 8;
/** Longer keys are held as their digest. */
const MAX_KEY = 128;

export interface LocalStoreOptions {
  readonly maxBuckets: number;
  /** A collision-resistant digest, for long keys. */
  readonly digest: (text: string) => string;
}

/**
 * Token buckets in this process: `burst` at once, then `rate`. A full bucket is not held, since it equals one that
 * was never used. At `maxBuckets`, of the ones untouched for longest the fullest makes room: its caller gets back
 * what little it had used. No timers.
 */
export function createLocalStore({ maxBuckets, digest }: LocalStoreOptions): LocalStore {
  // Least recently touched first.
  const buckets = new Map<string, Bucket>();
  const identity = (key: string): string => (key.length <= MAX_KEY ? key : digest(key));

  return {
    take(key, rate, burst, cost, now) {
      const id = identity(key);
      const held = buckets.get(id);
      const used = held === undefined ? 0 : usedNow(held, rate, now);
      const capacity = burst * rate.period;
      const asked = cost * rate.period;
      const allowed = used + asked <= capacity || cost === 0;
      const after = allowed ? used + asked : used;
      if (held !== undefined) touch(held, id, after, rate, now);
      else if (after > 0) add(id, { used: after, at: now, period: rate.period, count: rate.count });
      return {
        allowed,
        remaining: Math.max(0, Math.floor((capacity - after) / rate.period)),
        retryAfter: allowed ? 0 : retryAfter(used + asked - capacity, rate, cost > burst),
        resetAfter: Math.ceil(after / rate.count),
      };
    },
    giveBack(key, rate, _burst, cost, now) {
      const id = identity(key);
      const held = buckets.get(id);
      if (held !== undefined)
        touch(held, id, Math.max(0, usedNow(held, rate, now) - cost * rate.period), rate, now);
    },
    get size() {
      return buckets.size;
    },
  };

  function touch(bucket: Bucket, id: string, used: number, rate: Rate, now: number): void {
    buckets.delete(id);
    if (used <= 0) return;
    bucket.used = used;
    bucket.at = moment(bucket, now);
    bucket.period = rate.period;
    bucket.count = rate.count;
    buckets.set(id, bucket);
  }

  function add(id: string, bucket: Bucket): void {
    sweep(bucket.at);
    if (buckets.size >= maxBuckets) evict(bucket.at);
    buckets.set(id, bucket);
  }

  function sweep(now: number): void {
    let seen = 0;
    for (const [id, bucket] of buckets) {
      if (seen++ === SWEEP) return;
      if (remains(bucket, now) <= 0) buckets.delete(id);
    }
  }

  function evict(now: number): void {
    let victim: string | undefined;
    let least = Number.POSITIVE_INFINITY;
    let seen = 0;
    for (const [id, bucket] of buckets) {
      if (seen++ === EVICTION_SAMPLE) break;
      const untilFull = remains(bucket, now) / bucket.count;
      if (untilFull >= least) continue;
      least = untilFull;
      victim = id;
    }
    if (victim !== undefined) buckets.delete(victim);
  }
}

/** After a reload the same bucket may count in another period; how much of it was used carries over. */
function usedNow(bucket: Bucket, rate: Rate, now: number): number {
  const used = Math.max(0, bucket.used - elapsed(bucket, now) * bucket.count);
  return bucket.period === rate.period ? used : (used / bucket.period) * rate.period;
}

function remains(bucket: Bucket, now: number): number {
  return bucket.used - elapsed(bucket, now) * bucket.count;
}

function elapsed(bucket: Bucket, now: number): number {
  return Math.max(0, now - bucket.at);
}

function moment(bucket: Bucket, now: number): number {
  return bucket.at - now > CLOCK_NOISE ? now : Math.max(bucket.at, now);
}

/** Infinity: no bucket of this size ever holds so much. */
function retryAfter(missing: number, rate: Rate, never: boolean): number {
  return never ? Number.POSITIVE_INFINITY : Math.ceil(missing / rate.count);
}
