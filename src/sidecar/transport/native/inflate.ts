import { gunzip } from 'node:zlib';
import { errorCode } from '../../../diagnostic/system-error.ts';
import { StatusError } from '../transport.ts';
import { STATUS } from './status.ts';

/** Messages that are inflated at once, by other threads than the one that decides. */
const MOST_AT_ONCE = 2;

/** Inflates compressed messages within a bound of bytes, a few at a time. */
export class Inflater {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** The message; undefined if it has more than `limit` bytes. Rejects with a StatusError if it is not gzip. */
  async inflate(message: Uint8Array, limit: number): Promise<Uint8Array | undefined> {
    await this.#begin();
    try {
      return await gunzipWithin(message, limit);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** Resolves when it is the turn of another message, which takes the place of one that has ended. */
  #begin(): Promise<void> {
    if (this.#running >= MOST_AT_ONCE) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    return Promise.resolve();
  }
}

function gunzipWithin(message: Uint8Array, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    gunzip(message, { maxOutputLength: Math.max(limit, 1) }, (error, inflated) => {
      if (error === null) resolve(inflated.length > limit ? undefined : inflated);
      else if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') resolve(undefined);
      else reject(new StatusError(STATUS.INTERNAL, 'the message cannot be decompressed'));
    });
  });
}
