import { hash } from 'node:crypto';
import type { Limit, Taken } from '../../engine/limit/limit.ts';
import { type Ask, type Grant, type SharedRate, sharedRate } from '../../engine/limit/shared-bucket.ts';
import { scriptOf } from './connection.ts';
import { bucketScript } from './script.ts';
import { shortKey } from './short-key.ts';
import type { Visits } from './visits.ts';

const BUCKETS = scriptOf(bucketScript());

/** A bucket in the shared store. */
export interface SharedBucketKey {
  readonly key: string;
  readonly rate: SharedRate;
}

/** Answer to a take from a bucket. */
export interface BucketAnswer {
  readonly taken: Taken;
  /** Time of the store, microseconds. */
  readonly at: number;
}

/** The shared store of buckets: its operations as arguments of the script, and its replies. */
export class Buckets {
  readonly #visits: Visits;
  readonly #prefix: string;
  readonly #rates = new WeakMap<Limit, SharedRate>();

  constructor(visits: Visits, prefix: string) {
    this.#visits = visits;
    this.#prefix = prefix;
  }

  /** True if the store may be asked now. */
  get admits(): boolean {
    return this.#visits.connection !== undefined && this.#visits.gate.admits;
  }

  /** True if a call may have keys of several buckets. */
  get takesTogether(): boolean {
    return this.#visits.connection?.isCluster === false;
  }

  /**
   * The bucket of a key. Its name is a digest, so that nothing of callers is in the store, within braces: the buckets
   * of a cluster are spread by it.
   */
  of(limit: Limit, key: string): SharedBucketKey {
    const digest = hash('sha256', `${limit.id}\0${shortKey(key)}`, 'base64url').slice(0, 22);
    return { key: `${this.#prefix}:{${digest}}`, rate: this.#rateOf(limit) };
  }

  #rateOf(limit: Limit): SharedRate {
    const known = this.#rates.get(limit);
    if (known !== undefined) return known;
    const rate = sharedRate(limit.rate, limit.burst);
    this.#rates.set(limit, rate);
    return rate;
  }

  /** Takes from all buckets or from none. */
  async take(
    buckets: readonly SharedBucketKey[],
    costs: readonly number[],
  ): Promise<readonly BucketAnswer[]> {
    const args = buckets.flatMap(({ rate }, i) => ['take', ...numbersOf(rate), costs[i] ?? 0]);
    const reply = await this.#run(buckets, args);
    return buckets.map(({ rate }, i) => ({
      at: reply[0] ?? 0,
      taken: takenOf(reply, 2 + 3 * i, rate),
    }));
  }

  /** Gives back what was taken at these times of the store. */
  async giveBack(
    buckets: readonly SharedBucketKey[],
    taken: readonly { readonly cost: number; readonly at: number }[],
  ): Promise<void> {
    const args = buckets.flatMap(({ rate }, i) => [
      'return',
      ...numbersOf(rate),
      taken[i]?.cost ?? 0,
      taken[i]?.at ?? 0,
    ]);
    await this.#run(buckets, args);
  }

  /** Counts what was allowed without the store. */
  async charge(buckets: readonly SharedBucketKey[], costs: readonly number[]): Promise<void> {
    const args = buckets.flatMap(({ rate }, i) => ['charge', ...numbersOf(rate), costs[i] ?? 0]);
    await this.#run(buckets, args);
  }

  /** Undefined for a request that arrives after a later one. */
  async renew(
    bucket: SharedBucketKey,
    ask: Ask,
  ): Promise<{ readonly grant: Grant; readonly taken: Taken; readonly at: number } | undefined> {
    const { replica, request, known, left, cost, ahead } = ask;
    const args = ['renew', ...numbersOf(bucket.rate), replica, request, known, left, cost, ahead];
    const reply = await this.#run([bucket], args);
    const [at = 0, , room = 0, retryAfter = 0, resetAfter = 0, allowed = 0, granted = -1, isKnown = 0] =
      reply;
    if (granted < 0) return undefined;
    const level = { room, retryAfter, resetAfter };
    return {
      at,
      taken: takenOf(reply, 2, bucket.rate),
      grant: { allowed: allowed === 1, granted, isKnown: isKnown === 1, level },
    };
  }

  async release(
    bucket: SharedBucketKey,
    { replica, request, known, left }: Pick<Ask, 'replica' | 'request' | 'known' | 'left'>,
  ): Promise<void> {
    await this.#run([bucket], ['release', ...numbersOf(bucket.rate), replica, request, known, left]);
  }

  async #run(
    buckets: readonly SharedBucketKey[],
    args: readonly (string | number)[],
  ): Promise<readonly number[]> {
    const keys = buckets.map(({ key }) => key);
    return await this.#visits.run(BUCKETS, keys, args, (reply) => numbersIn(reply, 2 + 3 * buckets.length));
  }
}

/** Numbers of a reply; undefined if it is something else, or has less than `least`. */
function numbersIn(reply: unknown, least: number): readonly number[] | undefined {
  const numbers = Array.isArray(reply) ? reply.map(Number) : [];
  return numbers.length >= least && numbers.every(Number.isFinite) ? numbers : undefined;
}

function numbersOf({ count, period, burst, tick }: SharedRate): readonly number[] {
  return [count, period, burst, tick];
}

/** The level of a bucket in a reply, from a place on: room, time until the cost is allowed, time until it is full. */
function takenOf(reply: readonly number[], from: number, { tick }: SharedRate): Taken {
  const [remaining = 0, retryAfter = 0, resetAfter = 0] = reply.slice(from, from + 3);
  return {
    allowed: retryAfter === 0,
    remaining,
    retryAfter: (retryAfter * tick) / 1000,
    resetAfter: (resetAfter * tick) / 1000,
  };
}
