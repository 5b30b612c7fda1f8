import { constants, readFileSync, statSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
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
  /** The whole content. Does not wait for a writer if the path is a pipe. */
  read(path: string): Promise<Uint8Array>;
  statNow(path: string): FileStat;
  readNow(path: string): Uint8Array;
}

export interface DirectoryEntry {
  readonly name: string;
  /** `unknown` if the file system does not report it; such an entry is treated as a link. */
  readonly kind: 'file' | 'folder' | 'link' | 'unknown';
}

interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Changes whenever the content may have changed: device, inode, size, and both times in nanoseconds. */
  readonly mark: string;
}

/** True if an error means that a file has disappeared, as when git-sync deletes a tree or an NFS handle is stale. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESTALE', 'ENOTDIR'].includes(errorCode(error));
}

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
  read: (path) => readFile(path, { flag: WITHOUT_WAITING }),
  statNow: (path) => summary(statSync(path, { bigint: true })),
  readNow: (path) => readFileSync(path, { flag: WITHOUT_WAITING }),
};

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
