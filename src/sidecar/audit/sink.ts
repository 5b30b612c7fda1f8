import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';

/** Takes chunks of whole lines; resolves when one is written, rejects when it cannot be. */
export interface Sink {
  /** As metrics and messages call it: `stdout` or the path. */
  readonly name: string;
  write(chunk: string): Promise<void>;
  /** Goes on in a file of the same path, for whoever rotates logs. Nothing for a stream. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A stream such as the process's standard output. A reader that is slow makes `write` wait, one that is gone makes
 * every later one fail.
 */
export function streamSink(name: string, stream: Writable): Sink {
  let gone: Error | undefined;
  const onError = (error: Error) => {
    gone ??= error;
  };
  // Without a listener a reader that is gone (EPIPE) would end the process.
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
 * A file that is appended to, made when it is not there and readable by its owner and group only. Rejects with the
 * system's error when it cannot be opened.
 */
export async function fileSink(path: string): Promise<Sink> {
  let file: FileHandle = await openLog(path);
  let torn = false;
  return {
    name: path,
    async write(chunk) {
      // A line that a full disk cut off must not swallow the next one.
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
