import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { errorCode } from '../../diagnostic/system-error.ts';

/**
 * The operations of a file system that loading a policy folder needs. Tests pass one that loses files during a load.
 */
export interface FileSystem {
  /** The path without links. Rejects as `fs.realpath` does. */
  realpath(path: string): Promise<string>;
  /** The entries of a folder, in no particular order. */
  list(folder: string): Promise<readonly DirectoryEntry[]>;
  /** Follows links. */
  stat(path: string): Promise<FileStat>;
  /**
   * The whole content of a regular file, of at most 1 MiB. Rejects with `EFBIG` if it is larger, and with `EINVAL` if
   * it is not a regular file; does not wait for a writer if it is a pipe.
   */
  read(path: string): Promise<Uint8Array>;
  statNow(path: string): FileStat;
  readNow(path: string): Uint8Array;
}

export interface DirectoryEntry {
  readonly name: string;
  /**
   * `unknown` if the file system does not report it; such an entry is treated as a link. `submodule` only in a commit,
   * which does not have its files.
   */
  readonly kind: 'file' | 'folder' | 'link' | 'submodule' | 'unknown';
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes; 0 for a file of a commit, whose size is known when it is read. */
  readonly size: number;
  /** Changes whenever the content may have changed: device, inode, size, and both times in nanoseconds. */
  readonly mark: string;
}

/** True if an error means that a file has disappeared, as when git-sync deletes a tree or an NFS handle is stale. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESTALE', 'ENOTDIR'].includes(errorCode(error));
}

/** Largest size of a file, in bytes. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Largest size of all files of a folder that are read, in bytes. */
export const MAX_FOLDER_BYTES = 64 * 1024 * 1024;

const WITHOUT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK;

/** The file system of the machine. */
export const nodeFileSystem: FileSystem = {
  realpath: (path) => realpath(path),
  list: async (folder) =>
    (await readdir(folder, { withFileTypes: true })).map((entry) => ({
      name: entry.name,
      kind: entry.isFile()
        ? 'file'
        : entry.isDirectory()
          ? 'folder'
          : entry.isSymbolicLink()
            ? 'link'
            : 'unknown',
    })),
  stat: async (path) => summary(await stat(path, { bigint: true })),
  read: readWithin,
  statNow: (path) => summary(statSync(path, { bigint: true })),
  readNow: readWithinNow,
};

async function readWithin(path: string): Promise<Uint8Array> {
  const file = await open(path, WITHOUT_WAITING);
  try {
    const buffer = bufferFor(path, await file.stat());
    return buffer.subarray(0, await fill(file, buffer));
  } finally {
    await file.close();
  }
}

async function fill(file: FileHandle, buffer: Uint8Array): Promise<number> {
  for (let filled = 0; ; ) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
    filled += bytesRead;
    if (bytesRead === 0 || filled === buffer.length) return filled;
  }
}

function readWithinNow(path: string): Uint8Array {
  const descriptor = openSync(path, WITHOUT_WAITING);
  try {
    const buffer = bufferFor(path, fstatSync(descriptor));
    for (let filled = 0; ; ) {
      const count = readSync(descriptor, buffer, filled, buffer.length - filled, filled);
      filled += count;
      if (count === 0 || filled === buffer.length) return buffer.subarray(0, filled);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A file that grows while it is read gives its first bytes; the second look at its times then discards them. */
function bufferFor(path: string, found: { readonly size: number; isFile(): boolean }): Uint8Array {
  if (!found.isFile()) throw Object.assign(new Error(`${path} is not a regular file`), { code: 'EINVAL' });
  if (found.size > MAX_FILE_BYTES) throw Object.assign(new Error(`${path} is too large`), { code: 'EFBIG' });
  return new Uint8Array(found.size);
}

interface BigStat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
}

function summary(found: BigStat): FileStat {
  return {
    kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
    size: Number(found.size),
    mark: `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`,
  };
}
