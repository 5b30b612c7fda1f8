import { fstatSync, openSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { isSameFile, LOG_FLAGS } from './log-flags.ts';
import type { Sink } from './sink.ts';
import { streamSink } from './stream-sink.ts';

interface Pipe {
  readonly stream: Socket;
  readonly sink: Sink;
  readonly stats: Stats;
}

/** Milliseconds that a pipe which is replaced has for the lines on their way into it. */
const LAST_WRITE = 1000;

/** A reader that is gone, and one that comes back, are noticed when the next lines are written. */
export function pipeSink(path: string): Sink {
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
  const fd = openSync(path, LOG_FLAGS);
  const stream = new Socket({ fd, readable: false, writable: true });
  return { stream, sink: streamSink(path, stream), stats: fstatSync(fd) };
}
