import type { LogReader } from './log-reader.ts';

interface OfLog<T> {
  readonly record: T;
  /** Number of the log, from 0. */
  readonly log: number;
}

/** The records of several logs in the order of time, in batches, each with the number of its log. */
export async function* logsInTime<T extends { readonly time: number }>(
  logs: readonly LogReader<T>[],
): AsyncGenerator<readonly OfLog<T>[], void> {
  let cursors = logs.map((reader, log) => new Cursor(reader, log));
  for (;;) {
    for (const cursor of cursors) await cursor.fill();
    cursors = cursors.filter(({ next }) => next !== undefined);
    if (cursors.length === 0) return;
    yield merged(cursors);
  }
}

/** The records up to the end of the batch that ends first. */
function merged<T extends { readonly time: number }>(cursors: readonly Cursor<T>[]): readonly OfLog<T>[] {
  const records: OfLog<T>[] = [];
  for (;;) {
    let earliest: Cursor<T> | undefined;
    for (const cursor of cursors) {
      const { next } = cursor;
      if (next === undefined) return records;
      if (earliest?.next === undefined || next.time < earliest.next.time) earliest = cursor;
    }
    if (earliest?.next === undefined) return records;
    records.push({ record: earliest.next, log: earliest.log });
    earliest.advance();
  }
}

/** Place in one log. */
class Cursor<T> {
  readonly log: number;
  readonly #batches: AsyncGenerator<readonly T[], void>;
  #batch: readonly T[] = [];
  #at = 0;

  constructor(reader: LogReader<T>, log: number) {
    this.log = log;
    this.#batches = reader.batches();
  }

  /** Undefined at the end of the batch. */
  get next(): T | undefined {
    return this.#batch[this.#at];
  }

  advance(): void {
    this.#at += 1;
  }

  /** Reads the next batch if this one is at its end. */
  async fill(): Promise<void> {
    while (this.next === undefined) {
      const { value, done } = await this.#batches.next();
      if (done === true || value === undefined) return;
      this.#batch = value;
      this.#at = 0;
    }
  }
}
