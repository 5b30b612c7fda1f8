import type { Readable } from 'node:stream';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { type LogLine, lineBatches } from './log-lines.ts';
import { plainLog } from './plain-log.ts';

/** Lines of a log that hold no record. */
interface Unread {
  count: number;
  /** Number of the first, from 1, and second half of a sentence about it. */
  readonly line: number;
  readonly problem: string;
}

type Read<T> =
  | { readonly record: T; readonly problem?: undefined }
  /** Second half of a sentence that begins with the name of the file. */
  | { readonly problem: string; readonly record?: undefined };

const TOO_LONG: Read<never> = { problem: 'is longer than any record' };

/** A decision log that is read in parts, so that its size does not matter. */
export class LogReader<T> {
  /** As the user has named it. */
  readonly name: string;
  readonly #open: () => Readable;
  readonly #read: (line: string) => Read<T>;
  /** Undefined if all lines hold records. */
  unread: Unread | undefined;
  /** Reason why the log could not be read to its end, as a sentence. */
  problem: string | undefined;

  /** `read`: reads a line, such as `readRecord`. */
  constructor(name: string, open: () => Readable, read: (line: string) => Read<T>) {
    this.name = name;
    this.#open = open;
    this.#read = read;
  }

  /** The records in order, in batches; until `problem` if there is one. */
  async *batches(): AsyncGenerator<readonly T[], void> {
    try {
      for await (const lines of lineBatches(plainLog(this.#open()))) yield this.#recordsOf(lines);
    } catch (error) {
      if (errorCode(error) === '') throw error;
      const isMissing = errorCode(error) === 'ENOENT';
      this.problem = `\`${this.name}\` ${isMissing ? 'does not exist' : `cannot be read: ${errorMessage(error)}`}`;
    }
  }

  #recordsOf(lines: readonly LogLine[]): readonly T[] {
    const records: T[] = [];
    for (const { number, bytes } of lines) {
      const line = bytes?.toString();
      if (line?.trim() === '') continue;
      const { record, problem } = line === undefined ? TOO_LONG : this.#read(line);
      if (problem === undefined) records.push(record);
      else if (this.unread === undefined) this.unread = { count: 1, line: number, problem };
      else this.unread.count += 1;
    }
    return records;
  }
}
