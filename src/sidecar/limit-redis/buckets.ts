import { hash } from 'node:crypto';
import type { Limit, Taken } from '../../engine/limit/limit.ts';
import { type Ask, type Grant, type SharedRate, sharedRate } from '../../engine/limit/shared-bucket.ts';
import { ANSWER, Batch, type Operation, type SharedBucketKey } from './batch.ts';
import { scriptOf } from './connection.ts';
import { bucketScript } from './script.ts';
import { shortKey } from './short-key.ts';
import type { Visits } from './visits.ts';

const BUCKETS = scriptOf(bucketScript());

/** Buckets of a command from which it is sent at once: Redis does nothing else for some 10 µs each. */
const MOST_TOGETHER = 64;

/** Units of one bucket. */
export interface BucketCost {
  readonly bucket: SharedBucketKey;
  readonly cost: number;
}

/** Units that were taken from a bucket, at a time of the store in microseconds. */
export interface BucketTaken extends BucketCost {
  readonly at: number;
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
  /** The operations of this turn of the event loop that are not sent yet. */
  #batch: Batch | undefined;

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
  async take(costs: readonly BucketCost[]): Promise<readonly BucketAnswer[]> {
    const { numbers, from } = await this.#run(
      costs.map(({ bucket, cost }, i) => ({ name: i === 0 ? 'take' : 'with', bucket, args: [cost] })),
    );
    return costs.map(({ bucket }, i) => ({
      at: numbers[0] ?? 0,
      taken: takenOf(numbers, from + ANSWER * i, bucket.rate),
    }));
  }

  async giveBack({ bucket, cost, at }: BucketTaken): Promise<void> {
    await this.#run([{ name: 'return', bucket, args: [cost, at] }]);
  }

  /** Counts what was allowed without the store. */
  async charge({ bucket, cost }: BucketCost): Promise<void> {
    await this.#run([{ name: 'charge', bucket, args: [cost] }]);
  }

  /** Undefined for a request that arrives after a later one. */
  async renew(
    bucket: SharedBucketKey,
    ask: Ask,
  ): Promise<{ readonly grant: Grant; readonly taken: Taken; readonly at: number } | undefined> {
    const { replica, request, known, left, cost, ahead } = ask;
    const args = [replica, request, known, left, cost, ahead];
    const { numbers, from } = await this.#run([{ name: 'renew', bucket, args }]);
    const [room = 0, retryAfter = 0, resetAfter = 0, allowed = 0, granted = -1, isKnown = 0] =
      numbers.slice(from);
    if (granted < 0) return undefined;
    const level = { room, retryAfter, resetAfter };
    return {
      at: numbers[0] ?? 0,
      taken: takenOf(numbers, from, bucket.rate),
      grant: { allowed: allowed === 1, granted, isKnown: isKnown === 1, level },
    };
  }

  async release(
    bucket: SharedBucketKey,
    { replica, request, known, left }: Pick<Ask, 'replica' | 'request' | 'known' | 'left'>,
  ): Promise<void> {
    await this.#run([{ name: 'release', bucket, args: [replica, request, known, left] }]);
  }

  /**
   * Runs operations, all of this turn of the event loop in one command: a command costs this process and Redis several
   * times what an operation costs. In a cluster, each bucket may be elsewhere.
   */
  async #run(
    operations: readonly Operation[],
  ): Promise<{ readonly numbers: readonly number[]; readonly from: number }> {
    const batch = this.#batch ?? new Batch();
    const from = batch.add(operations);
    if (!this.takesTogether || batch.keys.length >= MOST_TOGETHER) this.#send(batch);
    else if (this.#batch === undefined) {
      this.#batch = batch;
      setImmediate(() => {
        if (this.#batch === batch) this.#send(batch);
      });
    }
    return { numbers: await batch.reply, from };
  }

  #send(batch: Batch): void {
    this.#batch = undefined;
    batch.settle(this.#visits.run(BUCKETS, batch.keys, batch.args, (reply) => batch.read(reply)));
  }
}

/** The level of a bucket in a reply, from a place on: room, time until the cost is allowed, time until it is full. */
function takenOf(reply: readonly number[], from: number, { tick }: SharedRate): Taken {
  const { [from]: remaining = 0, [from + 1]: retryAfter = 0, [from + 2]: resetAfter = 0 } = reply;
  return {
    allowed: retryAfter === 0,
    remaining,
    retryAfter: (retryAfter * tick) / 1000,
    resetAfter: (resetAfter * tick) / 1000,
  };
}
