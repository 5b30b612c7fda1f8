import { once } from 'node:events';
import { constants, fstatSync, openSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Destination of decision records. */
export interface Sink {
  /** Name in metrics and messages: `stdout` or the path. */
  readonly name: string;
  /**
   * Writes whole lines in UTF-8; rejects if they cannot be written. The bytes may change after the promise has settled.
   */
  write(lines: Uint8Array): Promise<void>;
  /** Continues in a new file of the same path, after a log rotation. Does nothing for a stream. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A stream such as standard output. A slow reader delays `write`; after a reader has closed the stream, every `write`
 * fails.
 */
export function streamSink(name: string, stream: Writable): Sink {
  let gone: Error | undefined;
  const onError = (error: Error) => {
    gone ??= error;
  };
  // Without a listener, a closed reader (EPIPE) would end the process.
  stream.on('error', onError);
  return {
    name,
    async write(lines) {
      if (gone !== undefined) throw gone;
      await new Promise<void>((resolve, reject) => {
        stream.write(lines, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
    },
    async reopen() {},
    async close() {
      if (gone === undefined && stream.writableNeedDrain) await once(stream, 'drain');
      stream.off('error', onError);
      stream.on('error', () => {});
    },
  };
}

/**
 * A file that lines are appended to, created if it does not exist, readable by its owner and group only; or a named
 * pipe. Rejects with the error of the operating system if it cannot be opened, such as ENXIO for a pipe without a
 * reader.
 */
export async function fileSink(path: string): Promise<Sink> {
  const file = await openLog(path);
  if (!(await file.stat()).isFIFO()) return regularFileSink(path, file, await isTorn(path));
  const sink = pipeSink(path);
  // Afterwards: the reader of a pipe reads its end when no writer has it open.
  await file.close();
  return sink;
}

const LINE_FEED = 0x0a;

interface Pipe {
  readonly stream: Socket;
  readonly sink: Sink;
  readonly stats: Stats;
}

/** Milliseconds that a pipe which is replaced has for the lines on their way into it. */
const LAST_WRITE = 1000;

/** A reader that is gone, and one that comes back, are noticed when the next lines are written. */
function pipeSink(path: string): Sink {
  let pipe: Pipe | undefined = openPipe(path);
  let writing = Promise.resolve();
  const writeInto = async (into: Pipe, lines: Uint8Array): Promise<void> => {
    try {
      await into.sink.write(lines);
    } catch (error) {
      into.stream.destroy();
      if (pipe === into) pipe = undefined;
      throw error;
    }
  };
  return {
    name: path,
    async write(lines) {
      pipe ??= openPipe(path);
      const written = writeInto(pipe, lines);
      writing = written.catch(() => {});
      await written;
    },
    async reopen() {
      // Closing a pipe within a line would merge the line with the next one for its reader.
      if (pipe !== undefined && isSameFile(pipe.stats, await stat(path))) return;
      const next = openPipe(path);
      const last = pipe;
      pipe = next;
      const late = setTimeout(() => last?.stream.destroy(), LAST_WRITE);
      await writing;
      clearTimeout(late);
      last?.stream.destroy();
    },
    async close() {
      const last = pipe;
      pipe = undefined;
      await last?.sink.close();
      last?.stream.destroy();
    },
  };
}

/** A stream and not a file: a write that waits for the reader must not hold a thread. */
function openPipe(path: string): Pipe {
  const fd = openSync(path, FLAGS);
  const stream = new Socket({ fd, readable: false, writable: true });
  return { stream, sink: streamSink(path, stream), stats: fstatSync(fd) };
}

function isSameFile(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
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

/** `isTornAtStart`: true if the file ends within a line. */
function regularFileSink(path: string, opened: FileHandle, isTornAtStart: boolean): Sink {
  let log = { file: opened, isTorn: isTornAtStart };
  return {
    name: path,
    async write(lines) {
      const into = log;
      // A line that a full disk cut off must not merge with the next one.
      const bytes = into.isTorn ? Buffer.concat([Buffer.of(LINE_FEED), lines]) : lines;
      into.isTorn = true;
      await into.file.appendFile(bytes);
      into.isTorn = false;
    },
    async reopen() {
      const next = await openLog(path);
      const last = log;
      const [before, after] = await Promise.all([last.file.stat(), next.stat()]);
      if (isSameFile(before, after)) {
        await next.close();
        return;
      }
      log = { file: next, isTorn: await isTorn(path) };
      // Waits for lines on their way.
      await last.file.close();
    },
    async close() {
      await log.file.close();
    },
  };
}

/**
 * Without O_NONBLOCK, a pipe without a reader holds a thread until one comes, and a process does not end before its
 * threads.
 */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

async function openLog(path: string): Promise<FileHandle> {
  return await open(path, FLAGS, 0o640);
}
