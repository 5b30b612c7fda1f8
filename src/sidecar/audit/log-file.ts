import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { isSameFile, LOG_FLAGS, LOG_MODE } from './log-flags.ts';
import { type Sink, WriteFailure } from './sink.ts';

/** A regular file that lines are appended to. */
export interface LogFile extends Sink {
  /** Bytes of the file. */
  readonly size: number;
  /** Time at which the file was created, milliseconds since 1970. */
  readonly createdAt: number;
  /** True if the path names another file by now, or none. */
  isMoved(): Promise<boolean>;
  /** Gives the file a name with this time, in milliseconds since 1970, and continues in a new one of the same path. */
  rotate(now: number): Promise<void>;
}

export interface LogFileOptions {
  /** True: lines are on the disk (fdatasync) before a write ends. */
  readonly isSynced?: boolean;
}

const LINE_FEED = 0x0a;

interface Log {
  readonly file: FileHandle;
  readonly createdAt: number;
  size: number;
  /** True if the file ends within a line. */
  isTorn: boolean;
}

/** `opened`: the file at `path`, opened with `LOG_FLAGS`. */
export async function logFile(
  path: string,
  opened: FileHandle,
  { isSynced = false }: LogFileOptions = {},
): Promise<LogFile> {
  let log = await logOf(path, opened);
  async function continueIn(next: FileHandle): Promise<void> {
    const last = log;
    log = await logOf(path, next);
    // Waits for lines on their way.
    await last.file.close();
  }
  return {
    name: path,
    get size() {
      return log.size;
    },
    get createdAt() {
      return log.createdAt;
    },
    async write(lines) {
      await append(log, lines);
      if (isSynced) await log.file.datasync();
    },
    async isMoved() {
      const at = await statsOf(path);
      return at === undefined || !isSameFile(at, await log.file.stat());
    },
    async reopen() {
      const next = await openForAppending(path);
      const [before, after] = await Promise.all([log.file.stat(), next.stat()]);
      if (isSameFile(before, after)) await next.close();
      else await continueIn(next);
    },
    async rotate(now) {
      await rename(path, await freeName(path, now));
      await continueIn(await openForAppending(path));
    },
    async close() {
      await log.file.close();
    },
  };
}

export async function openForAppending(path: string): Promise<FileHandle> {
  return await open(path, LOG_FLAGS, LOG_MODE);
}

async function logOf(path: string, file: FileHandle): Promise<Log> {
  const { size, birthtimeMs, mtimeMs } = await file.stat();
  // A file system that does not know the birth of a file says 0.
  return { file, size, createdAt: birthtimeMs > 0 ? birthtimeMs : mtimeMs, isTorn: await isTorn(path) };
}

/** A line that a full disk cut off must not merge with the next one. */
async function append(into: Log, lines: Uint8Array): Promise<void> {
  const before = into.isTorn ? 1 : 0;
  const bytes = into.isTorn ? Buffer.concat([Buffer.of(LINE_FEED), lines]) : lines;
  let written = 0;
  try {
    while (written < bytes.length) {
      const { bytesWritten } = await into.file.write(bytes, written, bytes.length - written);
      written += bytesWritten;
    }
  } catch (error) {
    const part = lines.subarray(0, Math.max(0, written - before));
    throw new WriteFailure(error, part.length, countLines(part));
  } finally {
    into.size += written;
    if (written > 0) into.isTorn = bytes[written - 1] !== LINE_FEED;
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

/** True if the last line of a file has no end: a process was killed, or its disk was full, while it wrote. */
async function isTorn(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size === 0) return false;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, stats.size - 1);
    return bytesRead === 1 && buffer[0] !== LINE_FEED;
  } finally {
    await file.close();
  }
}

/** `decisions-20260601T120000.000Z.jsonl` for `decisions.jsonl`, or a millisecond later if that exists. */
async function freeName(path: string, now: number): Promise<string> {
  const extension = extname(path);
  for (let time = Math.floor(now); ; time++) {
    const stamp = new Date(time).toISOString().replaceAll(/[-:]/g, '');
    const name = join(dirname(path), `${basename(path, extension)}-${stamp}${extension}`);
    if ((await statsOf(name)) === undefined) return name;
  }
}

/** Undefined if the file does not exist. */
async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
