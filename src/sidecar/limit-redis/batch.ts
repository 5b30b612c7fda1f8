import type { SharedRate } from '../../engine/limit/shared-bucket.ts';

/** A bucket in the shared store. */
export interface SharedBucketKey {
  readonly key: string;
  readonly rate: SharedRate;
}

/** One operation of the script, with its arguments. */
export interface Operation {
  readonly name: 'take' | 'with' | 'return' | 'charge' | 'renew' | 'release';
  readonly bucket: SharedBucketKey;
  readonly args: readonly (string | number)[];
}

/** Numbers that the script answers to an operation. */
export const ANSWER = 3;
const ANSWER_TO_RENEWAL = 6;

/** Operations of one command: their arguments, and the places of their answers in its reply. */
export class Batch {
  readonly keys: string[] = [];
  readonly args: (string | number)[] = [];
  readonly #reply = Promise.withResolvers<readonly number[]>();
  /** Numbers of the reply so far; the first is the time. */
  #length = 1;

  /** Adds operations. Returns the place of the first of their answers. */
  add(operations: readonly Operation[]): number {
    const first = this.#length;
    for (const { name, bucket, args } of operations) {
      const { count, period, burst, tick } = bucket.rate;
      this.keys.push(bucket.key);
      this.args.push(name, count, period, burst, tick, ...args);
      this.#length += name === 'renew' ? ANSWER_TO_RENEWAL : ANSWER;
    }
    return first;
  }

  /** The reply; rejects without one. */
  get reply(): Promise<readonly number[]> {
    return this.#reply.promise;
  }

  /** The numbers of a reply to the command; undefined if it is something else. */
  read(reply: unknown): readonly number[] | undefined {
    const numbers = Array.isArray(reply) ? reply.map(Number) : [];
    return numbers.length === this.#length && numbers.every(Number.isFinite) ? numbers : undefined;
  }

  /** Answers all operations. */
  settle(reply: Promise<readonly number[]>): void {
    this.#reply.resolve(reply);
  }
}
