import {
  abandon,
  ask,
  emptyLease,
  HOT,
  handBack,
  type Lease,
  receive,
  spend,
  unspend,
} from '../../engine/limit/lease.ts';
import type { Limit, Take, Taken } from '../../engine/limit/limit.ts';
import { ownText } from '../../engine/request/own-text.ts';
import type { SharedBucketKey } from './batch.ts';
import type { Buckets } from './buckets.ts';
import { shortKey } from './short-key.ts';

/** A bucket from which this process takes units ahead. */
interface LeasedBucket {
  /** A reload makes another one; units go on to count, whatever the rate is. */
  limit: Limit;
  bucket: SharedBucketKey;
  readonly key: string;
  readonly lease: Lease;
  /** Number of the lease in this process: each is one of its own for the store, also of the same bucket. */
  readonly number: number;
  /** Units that were asked for since the last request to the store. */
  demand: number;
  /** Time of that request. */
  askedAt: number;
  /** Units that are asked for in a millisecond. */
  pace: number;
  /** Units at which the next request is due. */
  low: number;
  /** Time from which the store is asked again after it had little left. */
  pausedUntil: number;
  /** Least cost that is refused until then. */
  refused: number;
  /** Time at which the store has a unit, if the last answer was a refusal. */
  retryAt: number;
  /** Units that were left in the store at the last answer. */
  room: number;
  /** Units that were spent since they were last noted in the share of this process. */
  unnoted: number;
  /** The request that waits for its answer. */
  waiting: Promise<Outcome> | undefined;
  /** Units that wait for that answer. */
  queued: number;
  /** Number of the last round of `sweep` in which it was used. */
  round: number;
}

type Outcome =
  | { readonly taken: Taken; readonly at: number; readonly failed?: undefined }
  /** The store did not answer. */
  | { readonly failed: true };

export interface LeasesOptions {
  /** Name of this process in leases. */
  readonly replica: string;
  readonly buckets: Buckets;
  /** Number of processes. */
  readonly replicas: () => number;
  readonly clock: () => number;
  /** Decides without the store. */
  readonly withoutStore: (take: Take, now: number) => Taken;
  /** Counts what was allowed by the store. */
  readonly note: (limit: Limit, key: string, cost: number, now: number) => void;
}

/** Longest time for which units are taken ahead, milliseconds; also a quarter of the time in which a bucket fills. */
const AHEAD = 250;
/** Shortest time over which demand is measured, milliseconds. */
const LEAST_MEASURED = 50;
/** Time without a request after which earlier demand says nothing, milliseconds. */
const FORGOTTEN = 1000;
/** Longest pause after a refusal, milliseconds: other processes may hand units back. */
const LONGEST_PAUSE = 1000;
/** Time before the end of a lease in which it is renewed if it is used, milliseconds. */
const RENEWAL = 300;
/** Buckets that are known at once; requests of others ask the store each time. */
const MOST_BUCKETS = 50_000;
/** `heldFrame` of a take that was spent out of a lease: `heldUntil` has its number, `heldReturns` that of its request. */
export const LEASED = 2;
/** `heldFrame` of a take that the store has counted: `heldUntil` has its time there. */
export const COUNTED = 1;

/** Time between two calls of `sweep`, milliseconds: two of them are shorter than a lease. */
export const SWEEP = 400;

/** Limits in the mode `leased`: decisions from memory, by units that were taken ahead in the background. */
export class Leases {
  readonly #options: LeasesOptions;
  /** By the id of the limit, then by the key. */
  readonly #limits = new Map<string, Map<string, LeasedBucket>>();
  #size = 0;
  #made = 0;
  #round = 0;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  take(take: Take, now: number): Taken | Promise<Taken> {
    const leased = this.#of(take);
    const { lease } = leased;
    const { cost } = take;
    leased.demand += cost;
    leased.round = this.#round;
    if (cost === 0) return allowed(leased);
    if (spend(lease, cost, now)) {
      held(take, leased);
      if (leased.waiting === undefined && isDue(leased, now) && this.#options.buckets.admits)
        void this.#ask(leased, 0, now);
      return allowed(leased);
    }
    return isRefused(leased, cost, now) ? refused(leased, now) : this.#takeLater(leased, take, now);
  }

  async #takeLater(leased: LeasedBucket, take: Take, first: number): Promise<Taken> {
    const { buckets, clock } = this.#options;
    const { cost } = take;
    for (let now = first; ; now = clock()) {
      const others = leased.waiting;
      if (others === undefined) {
        if (!buckets.admits) return this.#decideWithout(leased, take, now);
        const outcome = await this.#ask(leased, cost, now);
        if (outcome.failed) return this.#decideWithout(leased, take, clock());
        if (!outcome.taken.allowed) return outcome.taken;
        take.heldFrame = COUNTED;
        take.heldUntil = outcome.at;
        leased.unnoted += cost;
        return outcome.taken;
      }
      leased.queued += cost;
      const { failed } = await others;
      if (failed) return this.#decideWithout(leased, take, clock());
      const later = clock();
      if (spend(leased.lease, cost, later)) {
        held(take, leased);
        return allowed(leased);
      }
      if (isRefused(leased, cost, later)) return refused(leased, later);
    }
  }

  #decideWithout(leased: LeasedBucket, take: Take, now: number): Taken {
    this.#note(leased, now);
    return this.#options.withoutStore(take, now);
  }

  giveBack({ limit, key, cost, heldUntil, heldReturns }: Take, now: number): void {
    const leased = this.#limits.get(limit.id)?.get(shortKey(key));
    if (leased?.number === heldUntil) unspend(leased.lease, cost, heldReturns, now);
  }

  /** Asks the store for a cost, and for the units that are probably needed next. */
  #ask(leased: LeasedBucket, cost: number, now: number): Promise<Outcome> {
    const { lease, limit } = leased;
    const ahead = this.#aheadOf(leased, now);
    leased.askedAt = now;
    leased.demand = 0;
    leased.queued = 0;
    this.#note(leased, now);
    const request = ask(lease, this.#nameOf(leased), cost, ahead, now);
    const asked = this.#options.buckets.renew(leased.bucket, request).then(
      (answer): Outcome => {
        if (answer === undefined || !receive(lease, request.request, answer.grant)) return gaveUp();
        const { taken, at, grant } = answer;
        leased.room = grant.level.room;
        leased.low = Math.ceil(grant.granted / 4);
        const later = this.#options.clock();
        const isHot = ahead >= HOT;
        leased.retryAt = taken.allowed ? 0 : later + taken.retryAfter;
        if (!taken.allowed) {
          leased.pausedUntil = later + pauseOf(taken.retryAfter, isHot ? intervalOf(limit) : 1);
          leased.refused = isHot ? 0 : cost;
        } else if (isHot && grant.level.room < ahead) {
          leased.pausedUntil = now + intervalOf(limit);
          leased.refused = 0;
        }
        leased.waiting = undefined;
        return { taken, at };
      },
      () => gaveUp(),
    );
    leased.waiting = asked;
    return asked;

    function gaveUp(): Outcome {
      abandon(lease, request.request);
      leased.waiting = undefined;
      return { failed: true };
    }
  }

  #nameOf({ number }: LeasedBucket): string {
    return `${this.#options.replica}.${number}`;
  }

  /** Units ahead by the demand since the last request; none for a key that is seldom used. */
  #aheadOf(leased: LeasedBucket, now: number): number {
    const { limit, demand, askedAt, queued } = leased;
    const since = now - askedAt;
    const measured = demand / Math.max(LEAST_MEASURED, since);
    leased.pace = since > FORGOTTEN ? 0 : (leased.pace + measured) / 2;
    const most = Math.max(1, Math.floor(limit.burst / (2 * this.#options.replicas())));
    const wanted = Math.floor(leased.pace * intervalOf(limit));
    return Math.min(most, Math.max(wanted < 2 ? 0 : wanted, queued));
  }

  #note(leased: LeasedBucket, now: number): void {
    if (leased.unnoted === 0) return;
    this.#options.note(leased.limit, leased.key, leased.unnoted, now);
    leased.unnoted = 0;
  }

  #of({ limit, key }: Take): LeasedBucket {
    let ofLimit = this.#limits.get(limit.id);
    if (ofLimit === undefined) {
      ofLimit = new Map();
      this.#limits.set(limit.id, ofLimit);
    }
    const short = shortKey(key);
    const known = ofLimit.get(short);
    if (known === undefined) return this.#make(ofLimit, limit, ownText(short));
    if (known.limit !== limit) {
      known.limit = limit;
      known.bucket = this.#options.buckets.of(limit, short);
    }
    return known;
  }

  #make(ofLimit: Map<string, LeasedBucket>, limit: Limit, key: string): LeasedBucket {
    this.#made += 1;
    const made: LeasedBucket = {
      limit,
      bucket: this.#options.buckets.of(limit, key),
      key,
      lease: emptyLease(),
      number: this.#made,
      demand: 0,
      askedAt: Number.NEGATIVE_INFINITY,
      pace: 0,
      low: 0,
      pausedUntil: 0,
      refused: 0,
      retryAt: 0,
      room: limit.burst,
      unnoted: 0,
      waiting: undefined,
      queued: 0,
      round: this.#round,
    };
    if (this.#size >= MOST_BUCKETS) return made;
    this.#size += 1;
    ofLimit.set(key, made);
    return made;
  }

  /** Forgets what was not used for two rounds, and hands its units back; called each `SWEEP`. */
  sweep(now: number): void {
    this.#round += 1;
    for (const [id, ofLimit] of this.#limits) {
      for (const [key, leased] of ofLimit) {
        if (leased.round >= this.#round - 1) continue;
        if (leased.waiting !== undefined) continue;
        ofLimit.delete(key);
        this.#size -= 1;
        void this.#handBack(leased, now);
      }
      if (ofLimit.size === 0) this.#limits.delete(id);
    }
  }

  /** Hands all units back; resolves when the store has them, or does not answer. */
  async drain(now: number): Promise<void> {
    const all = [...this.#limits.values()].flatMap((ofLimit) => [...ofLimit.values()]);
    this.#limits.clear();
    this.#size = 0;
    await Promise.all(all.map((leased) => this.#handBack(leased, now)));
  }

  async #handBack(leased: LeasedBucket, now: number): Promise<void> {
    this.#note(leased, now);
    const { lease, bucket } = leased;
    // Without units there is nothing to hand back, and the store learns what was spent at the end of the lease.
    if (lease.left === 0 || now >= lease.end) return;
    const request = handBack(lease, this.#nameOf(leased), now);
    await this.#options.buckets.release(bucket, request).catch(() => undefined);
  }

  /** Buckets that are known, and the units that this process holds. */
  status(now: number): { readonly buckets: number; readonly units: number } {
    let units = 0;
    for (const ofLimit of this.#limits.values())
      for (const { lease } of ofLimit.values()) if (now < lease.end) units += lease.left;
    return { buckets: this.#size, units };
  }
}

/** Notes on a take that it was spent out of a lease. */
function held(take: Take, leased: LeasedBucket): void {
  take.heldFrame = LEASED;
  take.heldUntil = leased.number;
  take.heldReturns = leased.lease.request;
  leased.unnoted += take.cost;
}

/** True if the store is known not to have the cost. */
function isRefused(
  { pausedUntil, refused: least, waiting }: LeasedBucket,
  cost: number,
  now: number,
): boolean {
  return waiting === undefined && now < pausedUntil && cost >= least;
}

/** True if units are to be taken ahead now. */
function isDue({ lease, low, pausedUntil }: LeasedBucket, now: number): boolean {
  return (lease.left <= low && now >= pausedUntil) || now > lease.end - RENEWAL;
}

/** Milliseconds for which units are taken ahead: the bucket must not fill up meanwhile. */
function intervalOf({ rate, burst }: Limit): number {
  return Math.min(AHEAD, Math.max(5, (burst * rate.period) / rate.count / 4));
}

function pauseOf(retryAfter: number, least: number): number {
  return Math.min(LONGEST_PAUSE, Math.max(retryAfter, least));
}

function allowed({ lease, room, limit }: LeasedBucket): Taken {
  const remaining = Math.min(limit.burst, lease.left + room);
  return { allowed: true, remaining, retryAfter: 0, resetAfter: resetOf(limit, remaining) };
}

function refused({ lease, retryAt, pausedUntil, limit }: LeasedBucket, now: number): Taken {
  const retryAfter = Math.max(1, (retryAt || pausedUntil) - now);
  return { allowed: false, remaining: lease.left, retryAfter, resetAfter: resetOf(limit, lease.left) };
}

/** Time until a bucket with so many units left is full again, milliseconds. */
function resetOf({ rate, burst }: Limit, remaining: number): number {
  return ((burst - remaining) * rate.period) / rate.count;
}
