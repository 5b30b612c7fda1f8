import { join, relative, sep } from 'node:path';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { CommitTree, Resolved, TreeEntry } from '../../git/git-tree.ts';
import type { ObjectStore } from '../../git/object-store.ts';
import type { FileStat, FileSystem } from './file-system.ts';
import { MAX_FILE_BYTES } from './file-system.ts';

/**
 * The files of a commit as a file system, by the paths that a checkout in `workTree` would have. A folder that is read
 * through it equals the folder of a clean checkout: the same files, links, limits and digest.
 */
export function commitFiles(objects: ObjectStore, tree: CommitTree, workTree: string): FileSystem {
  const inCommit = (path: string): string => relative(workTree, path).split(sep).join('/');

  function entryAt(path: string): TreeEntry & { readonly real: string } {
    const found = guarded(path, () => tree.resolve(inCommit(path)));
    if (found.missing === 'outside') return { ...OUTSIDE, real: OUTSIDE.id };
    if (found.missing !== undefined) throw coded(path, found.missing);
    return { ...found.entry, real: join(workTree, found.path) };
  }

  function stat(path: string): FileStat {
    const { kind, id } = path === OUTSIDE.id ? OUTSIDE : entryAt(path);
    // The size is checked when the content is read: a pack does not state it, and most files are never read.
    return { kind: STAT_KINDS[kind], size: 0, mark: id };
  }

  function read(path: string): Uint8Array {
    const { kind, id } = entryAt(path);
    if (kind !== 'file') throw coded(path, 'EISDIR');
    return guarded(path, () => {
      if (objects.sizeOf(id) > MAX_FILE_BYTES) throw coded(path, 'EFBIG');
      return objects.read(id, 'blob');
    });
  }

  return {
    realpath: async (path) => entryAt(path).real,
    list: async (folder) => {
      const entry = entryAt(folder);
      return [...guarded(folder, () => tree.list(entry))].map(([name, { kind }]) => ({ name, kind }));
    },
    stat: async (path) => stat(path),
    read: async (path) => read(path),
    statNow: stat,
    readNow: read,
  };
}

/** The target of a link out of the repository, about which the commit says nothing. */
const OUTSIDE: TreeEntry = { kind: 'folder', id: 'outside of the repository' };

const STAT_KINDS = { folder: 'folder', file: 'file', link: 'other', submodule: 'other' } as const;

/** An error as of a file operation. */
function coded(path: string, code: Resolved['missing'] | 'EISDIR' | 'EFBIG'): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** Runs a step, and gives an error in the repository the path of the file in whose reading it occurred. */
function guarded<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (isCoded(cause)) throw cause;
    throw new Error(`\`${path}\`: ${errorMessage(cause)}`, { cause });
  }
}

function isCoded(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EFBIG';
}
