import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';

/** A named pipe with a reader that reads only when it is told to. */
export interface Pipe {
  readonly path: string;
  /** File descriptor of an end for a child to write to. */
  readonly writer: number;
  /** Reads what is there, as text. */
  read(): string;
  /** Closes the reading end: writers get EPIPE. */
  hangUp(): void;
  close(): void;
}

/** Makes a named pipe at `path`, which must not exist. */
export function makePipe(path: string): Pipe {
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  const open = new Set([reader, writer]);
  const close = (end: number): void => {
    if (open.delete(end)) closeSync(end);
  };
  return {
    path,
    writer,
    read() {
      let text = '';
      const bytes = Buffer.alloc(64 * 1024);
      try {
        for (let count = -1; count !== 0; text += bytes.toString('utf8', 0, count)) {
          count = readSync(reader, bytes);
        }
      } catch {
        // EAGAIN: the pipe is empty.
      }
      return text;
    },
    hangUp: () => close(reader),
    close() {
      close(reader);
      close(writer);
    },
  };
}
