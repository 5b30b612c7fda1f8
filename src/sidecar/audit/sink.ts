import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';

/** Destination of decision records. */
export interface Sink {
  /** Name in metrics and messages: `stdout` or the path. */
  readonly name: string;
  /** Writes whole lines; rejects if they cannot be written. */
  write(chunk: string): Promise<void>;
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
    async write(chunk) {
      if (gone !== undefined) throw gone;
      await new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => {
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
 * A file that lines are appended to, created if it does not exist, readable by its owner and group only. Rejects with
 * the error of the operating system if it cannot be opened.
 */
export async function fileSink(path: string): Promise<Sink> {
  let file: FileHandle = await openLog(path);
  let torn = false;
  return {
    name: path,
    async write(chunk) {
      // A line that a full disk cut off must not merge with the next one.
      const text = torn ? `\n${chunk}` : chunk;
      torn = true;
      await file.appendFile(text);
      torn = false;
    },
    async reopen() {
      const next = await openLog(path);
      const last = file;
      file = next;
      torn = false;
      await last.close();
    },
    async close() {
      await file.close();
    },
  };
}

async function openLog(path: string): Promise<FileHandle> {
  return await open(path, 'a', 0o640);
}
