import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { type RecordedDecision, readRecord } from '../../sidecar/audit/read-record.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Lines of a log that hold no record. */
export interface Unread {
  readonly path: string;
  readonly count: number;
  /** Number of the first, from 1. */
  readonly line: number;
  /** Second half of a sentence about the first. */
  readonly problem: string;
}

export type LogResult =
  | { readonly unread: Unread | undefined; readonly problem?: undefined }
  | { readonly problem: string; readonly unread?: undefined };

/** Reads a decision log line by line, so that its size does not matter. */
export async function readLog(
  path: string,
  terminal: Terminal,
  input: Readable,
  onRecord: (record: RecordedDecision) => void,
): Promise<LogResult> {
  let count = 0;
  let first: Pick<Unread, 'line' | 'problem'> | undefined;
  let number = 0;
  try {
    for await (const line of createInterface({ input: opened(path, terminal, input), crlfDelay: Infinity })) {
      number += 1;
      if (line.trim() === '') continue;
      const { record, problem } = readRecord(line);
      if (record !== undefined) onRecord(record);
      else {
        count += 1;
        first ??= { line: number, problem };
      }
    }
  } catch (error) {
    if (errorCode(error) === '') throw error;
    const missing = errorCode(error) === 'ENOENT';
    return {
      problem: `\`${path}\` ${missing ? 'does not exist' : `cannot be read: ${errorMessage(error)}`}`,
    };
  }
  return { unread: first && { path, count, ...first } };
}

function opened(path: string, terminal: Terminal, input: Readable): Readable {
  if (path === '-') return input;
  const file = createReadStream(resolve(terminal.directory, path));
  if (!path.endsWith('.gz')) return file;
  const plain = createGunzip();
  file.once('error', (error) => plain.destroy(error));
  return file.pipe(plain);
}
