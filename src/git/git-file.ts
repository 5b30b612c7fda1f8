import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../diagnostic/system-error.ts';

/** A pipe does not block the process, and a terminal does not become its terminal. */
const WITHOUT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** A regular file that is open. It is read at offsets: a pack may be larger than memory. */
export interface OpenFile {
  readonly size: number;
  /** Up to `length` bytes from `offset`, fewer at the end of the file. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

/** Opens a regular file. Undefined if the path does not exist or is a folder. Throws for a pipe, device or socket. */
export function openFile(path: string): OpenFile | undefined {
  const descriptor = openDescriptor(path);
  if (descriptor === undefined) return undefined;
  try {
    const found = fstatSync(descriptor);
    if (found.isDirectory()) {
      closeSync(descriptor);
      return undefined;
    }
    if (!found.isFile()) throw new Error(`\`${path}\` is not a regular file`);
    const { size } = found;
    return {
      size,
      read(offset, length) {
        const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
        let filled = 0;
        while (filled < buffer.length) {
          const count = readSync(descriptor, buffer, filled, buffer.length - filled, offset + filled);
          if (count === 0) break;
          filled += count;
        }
        return buffer.subarray(0, filled);
      },
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openDescriptor(path: string): number | undefined {
  try {
    return openSync(path, WITHOUT_WAITING);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

/** The whole content of a regular file of at most `most` bytes. Undefined if it does not exist. */
export function readFileWithin(path: string, most: number): Buffer | undefined {
  const file = openFile(path);
  if (file === undefined) return undefined;
  try {
    if (file.size > most) throw new Error(`\`${path}\` has more than ${most.toLocaleString('en')} bytes`);
    return file.read(0, file.size);
  } finally {
    file.close();
  }
}

/** Largest HEAD, reference, `.git` file or list of alternates, in bytes. A path on Linux has at most 4,096. */
const MAX_TEXT_BYTES = 64 * 1024;

/** The content of a small text file; undefined if it does not exist or is a folder. */
export function readText(path: string): string | undefined {
  return readFileWithin(path, MAX_TEXT_BYTES)?.toString('utf8');
}
