import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { type RecordedDecision, readRecord } from '../../sidecar/audit/read-record.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Lines of a log that hold no record. */
interface Unread {
  count: number;
  /** Number of the first, from 1, and second half of a sentence about it. */
  readonly line: number;
  readonly problem: string;
}

/** A decision log that is read line by line, so that its size does not matter. */
export class DecisionLog {
  readonly path: string;
  readonly #input: Readable;
  readonly #directory: string;
  unread: Unread | undefined;
  /** Reason why the log could not be read to its end, as a sentence. */
  problem: string | undefined;

  /** `input`: standard input. */
  constructor(path: string, { directory }: Terminal, input: Readable) {
    this.path = path;
    this.#directory = directory;
    this.#input = input;
  }

  /** The records, in order; until `problem` if there is one. */
  async *records(): AsyncGenerator<RecordedDecision, void> {
    let number = 0;
    try {
      for await (const line of createInterface({ input: this.#opened(), crlfDelay: Infinity })) {
        number += 1;
        if (line.trim() === '') continue;
        const { record, problem } = readRecord(line);
        if (record !== undefined) yield record;
        else if (this.unread === undefined) this.unread = { count: 1, line: number, problem };
        else this.unread.count += 1;
      }
    } catch (error) {
      if (errorCode(error) === '') throw error;
      const isMissing = errorCode(error) === 'ENOENT';
      this.problem = `\`${this.path}\` ${isMissing ? 'does not exist' : `cannot be read: ${errorMessage(error)}`}`;
    }
  }

  #opened(): Readable {
    if (this.path === '-') return this.#input;
    const file = createReadStream(resolve(this.#directory, this.path));
    if (!this.path.endsWith('.gz')) return file;
    const plain = createGunzip();
    file.once('error', (error) => plain.destroy(error));
    return file.pipe(plain);
  }
}

/** The records of several logs in the order of time, each with the number of its log. */
export async function* inTime(
  logs: readonly DecisionLog[],
): AsyncGenerator<{ readonly record: RecordedDecision; readonly log: number }, void> {
  const readers = logs.map((log) => log.records());
  const next = await Promise.all(readers.map((reader) => reader.next()));
  for (;;) {
    let first: { record: RecordedDecision; log: number } | undefined;
    for (const [log, { value: record }] of next.entries())
      if (record !== undefined && (first === undefined || record.time < first.record.time))
        first = { record, log };
    if (first === undefined) return;
    yield first;
    const reader = readers[first.log];
    if (reader !== undefined) next[first.log] = await reader.next();
  }
}
