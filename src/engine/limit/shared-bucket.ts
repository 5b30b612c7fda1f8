import type { Rate } from './limit.ts';

/**
 * The arithmetic of a bucket that several processes share. It is what the script of Redis computes, in the same order
 * and with the same numbers, so that the bound of the model check is the bound of the product. Pure: the time is that
 * of the store, in microseconds since 1970.
 */

/** A rate in whole numbers that doubles hold exactly. */
export interface SharedRate {
  /** Units that come back in each `period`. */
  readonly count: number;
  /** Ticks. */
  readonly period: number;
  readonly burst: number;
  /** Microseconds of a tick: 1, or 1000 where a full bucket could not be counted exactly with 1. */
  readonly tick: number;
}

/** Units that a replica may spend without asking. */
interface HeldLease {
  readonly replica: string;
  /** Number of the last request of the replica. */
  readonly request: number;
  /** Units that this request was granted: they are unspent if its reply was lost. */
  readonly granted: number;
  /** Units that the replica holds or has spent and not reported. */
  readonly held: number;
  /** Time of the store at which the lease ends, microseconds. */
  readonly until: number;
}

export interface SharedBucket {
  readonly count: number;
  readonly period: number;
  readonly tick: number;
  /** Units times `period`, so that each tick gives back exactly `count` of it and nothing is rounded. */
  readonly used: number;
  /** Time of `used`, ticks since 1970. */
  readonly at: number;
  readonly leases: readonly HeldLease[];
}

/** Answer about a bucket. Times are ticks from now. */
export interface Level {
  /** Whole units that are left, without those that replicas hold. */
  readonly room: number;
  /** Time until the cost would be allowed; 0 if it is. */
  readonly retryAfter: number;
  /** Time until the bucket is full again. */
  readonly resetAfter: number;
}

/** Request of a replica for units ahead, with what it spends now. */
export interface Ask {
  readonly replica: string;
  /** Number of this request; later ones are higher. */
  readonly request: number;
  /** Number of the last request whose reply the replica has. */
  readonly known: number;
  /** Units that the replica holds. */
  readonly left: number;
  /** Units that are spent at once, or nothing if the bucket does not hold them. */
  readonly cost: number;
  /** Most units to hold afterwards, beside `left`. */
  readonly ahead: number;
}

export interface Grant {
  /** True if the cost is spent. */
  readonly allowed: boolean;
  /** Units to hold beside `Ask.left`. */
  readonly granted: number;
  /** False: the store does not know the lease, so that the units in `Ask.left` must not be spent any longer. */
  readonly isKnown: boolean;
  readonly level: Level;
}

/** Duration of a lease by the time of the store, microseconds. */
export const LEASE = 1_000_000;
/** Microseconds by which the time of the store may go back; a larger step means that its clock was set. */
export const CLOCK_NOISE = 1_000_000;
/** Largest full bucket that is counted in microseconds. */
const EXACT = 2 ** 52;

/** The rate of a shared bucket. */
export function sharedRate({ count, period }: Rate, burst: number): SharedRate {
  const tick = burst * period * 1000 <= EXACT ? 1 : 1000;
  return { count, period: tick === 1 ? period * 1000 : period, burst, tick };
}

/**
 * The bucket at `now` by `rate`: what has come back is subtracted, and a lease that has ended counts as spent at its
 * end. A bucket of another rate keeps its units.
 */
export function settle(bucket: SharedBucket | undefined, rate: SharedRate, now: number): SharedBucket {
  const { count, period, tick } = rate;
  if (bucket === undefined) return { count, period, tick, used: 0, at: Math.floor(now / tick), leases: [] };
  const drained = drain(bucket, now);
  const used = bucket.period === period ? drained : Math.ceil((drained / bucket.period) * period);
  const at = momentOf(bucket, tick, now);
  return { count, period, tick, used: Math.min(used, mostUsed(rate)), at, leases: running(bucket, now) };
}

/**
 * Most used units of a bucket: more than it has, since what was allowed without the store is charged later. Twice as
 * many where that is exact.
 */
function mostUsed({ burst, period, tick }: SharedRate): number {
  return burst * period * (tick === 1 ? 2 : 1);
}

/** The used units at `now`, in the measure of the bucket. */
function drain(bucket: SharedBucket, now: number): number {
  const { count, period, tick } = bucket;
  let { used, at } = bucket;
  for (const { held, until } of ended(bucket, now)) {
    const end = Math.max(at, Math.ceil(until / tick));
    used = Math.max(0, used - (end - at) * count) + held * period;
    at = end;
  }
  return Math.max(0, used - Math.max(0, Math.floor(now / tick) - at) * count);
}

/** Leases that have ended, in the order of their ends. */
function ended({ leases }: SharedBucket, now: number): readonly HeldLease[] {
  return leases.filter(({ until }) => until <= now).sort((a, b) => a.until - b.until);
}

/** Leases that have not ended. After the clock of the store was set back, none lasts longer than a new one. */
function running({ leases }: SharedBucket, now: number): readonly HeldLease[] {
  return leases
    .filter(({ until }) => until > now)
    .map((lease) => (lease.until > now + LEASE ? { ...lease, until: now + LEASE } : lease));
}

function momentOf(bucket: SharedBucket, tick: number, now: number): number {
  const at = bucket.at * bucket.tick;
  if (at <= now || at - now > CLOCK_NOISE) return Math.floor(now / tick);
  return Math.ceil(at / tick);
}

/** The level of a settled bucket for a cost. */
export function levelOf({ used, leases }: SharedBucket, rate: SharedRate, cost: number): Level {
  const { count, period, burst } = rate;
  const free = burst * period - used - heldIn(leases, burst) * period;
  const missing = cost * period - free;
  return {
    room: Math.max(0, Math.floor(free / period)),
    retryAfter: missing <= 0 || cost === 0 ? 0 : Math.ceil(missing / count),
    resetAfter: Math.ceil((burst * period - free) / count),
  };
}

/** A settled bucket after a cost that it holds. */
export function spent(bucket: SharedBucket, cost: number): SharedBucket {
  return { ...bucket, used: bucket.used + cost * bucket.period };
}

/**
 * A settled bucket after a cost is given back that was taken at `taken`, in microseconds. What came back since then
 * may have come out of this cost, so it is not given back twice.
 */
export function returned(bucket: SharedBucket, cost: number, taken: number): SharedBucket {
  const { used, count, period, tick, at } = bucket;
  const drained = Math.max(0, at - Math.floor(taken / tick)) * count;
  return { ...bucket, used: Math.max(0, used - Math.max(0, cost * period - drained)) };
}

/** A settled bucket after a cost was allowed without the store, which may be more than it has. */
export function charged(bucket: SharedBucket, rate: SharedRate, cost: number): SharedBucket {
  return { ...bucket, used: Math.min(bucket.used + cost * bucket.period, mostUsed(rate)) };
}

/** A settled bucket after a request of a replica; undefined for a request that arrives after a later one. */
export function renew(
  bucket: SharedBucket,
  rate: SharedRate,
  ask: Ask,
  now: number,
): { readonly bucket: SharedBucket; readonly grant: Grant } | undefined {
  const { burst, period } = rate;
  const known = recognize(bucket, ask);
  if (known === undefined) return undefined;
  const { left, others, isKnown } = known;
  const free = burst * period - known.used - heldIn(others, burst) * period - left * period;
  const room = Math.max(0, Math.floor(free / period));
  const allowed = ask.cost <= room;
  // Half of what is free is left for other replicas.
  const granted = allowed ? Math.min(ask.ahead, Math.floor((room - ask.cost) / 2)) : 0;
  const used = allowed ? known.used + ask.cost * period : known.used;
  const held = left + granted;
  const { replica, request } = ask;
  const own = held === 0 ? [] : [{ replica, request, granted, held, until: now + LEASE }];
  const after = { ...bucket, used, leases: [...others, ...own] };
  const level = levelOf(after, rate, allowed ? 0 : ask.cost);
  return { bucket: after, grant: { allowed, granted, isKnown, level } };
}

/** A settled bucket after a replica has handed back what it holds; undefined as for `renew`. */
export function release(
  bucket: SharedBucket,
  ask: Pick<Ask, 'replica' | 'request' | 'known' | 'left'>,
): SharedBucket | undefined {
  const known = recognize(bucket, ask);
  return known === undefined ? undefined : { ...bucket, used: known.used, leases: known.others };
}

/** Counts what the replica has spent: all that it held and no longer holds. */
function recognize(
  { used, period, leases }: SharedBucket,
  { replica, request, known, left }: Pick<Ask, 'replica' | 'request' | 'known' | 'left'>,
):
  | {
      readonly used: number;
      readonly left: number;
      readonly others: readonly HeldLease[];
      readonly isKnown: boolean;
    }
  | undefined {
  const own = leases.find((lease) => lease.replica === replica);
  if (own === undefined) return { used, left: 0, others: leases, isKnown: false };
  if (own.request >= request) return undefined;
  // The reply to the last request was lost, and its grant cannot be spent.
  const held = own.request === known ? own.held : own.held - own.granted;
  const kept = Math.min(left, held);
  const others = leases.filter((lease) => lease !== own);
  return { used: used + (held - kept) * period, left: kept, others, isKnown: true };
}

/** Units in leases; at most the burst, which may have been lowered since they were granted. */
function heldIn(leases: readonly HeldLease[], burst: number): number {
  let held = 0;
  for (const lease of leases) held += lease.held;
  return Math.min(held, burst);
}

/** Milliseconds, after `now`, for which the store must keep a bucket: then it equals one that was never used. */
export function lifetimeOf(bucket: SharedBucket, rate: SharedRate, now: number): number {
  const { used, count, period, tick, leases } = bucket;
  const end = leases.reduce((latest, { until }) => Math.max(latest, until), now);
  const drained = Math.ceil((used + heldIn(leases, rate.burst) * period) / count) * tick;
  return Math.ceil((end - now + drained) / 1000) + 1;
}
