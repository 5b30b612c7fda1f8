import { join, sep } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { type DirectoryEntry, type FileSystem, isGone } from './file-system.ts';

/** The listing of a policy folder, without any content. */
export interface Walk {
  /** All files, by path relative to the root (`/` between the parts), in order of path. */
  readonly files: ReadonlyMap<string, WalkedFile>;
  /** Real paths of all folders that were entered, the root first. */
  readonly folders: readonly string[];
  /** True if `MAX_FILES` was reached and the rest was not listed. */
  readonly truncated: boolean;
}

export type WalkedFile = UsableFile | UnusableFile;

interface UsableFile {
  /** The path without links, inside the root. */
  readonly real: string;
  readonly size: number;
  readonly mark: string;
  readonly problem?: undefined;
}

interface UnusableFile {
  /** The predicate of a sentence whose subject is the path. */
  readonly problem: string;
  /** True if the entry leads to a folder, whose policies would be missing. */
  readonly folder: boolean;
  /** True for a folder that this process may not list, such as `lost+found`. */
  readonly isClosed?: true;
}

/** Differs whenever the file at a path differs, as far as can be told without reading it. */
export function markOf(path: string, file: WalkedFile): string {
  return `${path}\0${file.problem ?? `${file.real}\0${file.mark}`}`;
}

/** Most files, and most folders, of a policy folder. */
export const MAX_FILES = 10_000;

/**
 * The path without links through which all files of a policy folder are read. A Kubernetes volume has its files below
 * the link `..data`, which one rename replaces, and updates the links next to it one by one afterwards, so that only a
 * read through `..data` sees exactly one version.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go
 */
export async function rootOf(dir: string, fileSystem: FileSystem): Promise<string> {
  const folder = await fileSystem.realpath(dir);
  try {
    const data = await fileSystem.realpath(join(folder, '..data'));
    if (isInside(folder, data) && (await fileSystem.stat(data)).kind === 'folder') return data;
  } catch (error) {
    if (!isGone(error) && errorCode(error) !== 'ELOOP') throw error;
  }
  return folder;
}

/** True if a path is below a folder. Neither may contain links. */
function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * Lists a folder recursively. Names that start with a dot are skipped. Links are followed within the folder, except
 * links to a folder that contains them, which are skipped. Rejects with the error of the file system if an entry
 * disappears during the walk.
 */
export async function walk(root: string, fileSystem: FileSystem): Promise<Walk> {
  const files = new Map<string, WalkedFile>();
  const folders: string[] = [];
  let truncated = false;

  /** Undefined for a folder below the root that may not be listed. */
  async function listOf(real: string, isRoot: boolean): Promise<readonly DirectoryEntry[] | undefined> {
    try {
      return await fileSystem.list(real);
    } catch (error) {
      if (isRoot || !isForbidden(error)) throw error;
      return undefined;
    }
  }

  async function enter(real: string, path: string, around: readonly string[]): Promise<void> {
    if (files.size >= MAX_FILES || folders.length >= MAX_FILES) truncated = true;
    if (truncated) return;
    const listed = await listOf(real, path === '');
    if (listed === undefined) {
      files.set(path.slice(0, -1), CLOSED);
      return;
    }
    folders.push(real);
    const entries = listed
      .filter((entry) => !entry.name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (entries.length > MAX_FILES) truncated = true;
    const found = await Promise.all(
      entries.slice(0, MAX_FILES).map((entry) => inspect(root, join(real, entry.name), entry, fileSystem)),
    );
    for (const [index, item] of found.entries()) {
      const name = path + (entries[index]?.name ?? '');
      if (item === undefined) continue;
      if (typeof item !== 'string') {
        if (files.size >= MAX_FILES) truncated = true;
        else files.set(name, item);
      } else if (item !== real && !around.includes(item)) {
        await enter(item, `${name}/`, [...around, real]);
      }
    }
  }

  await enter(root, '', []);
  const inOrder = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return { files: new Map(inOrder), folders, truncated };
}

const FORBIDDEN = 'cannot be read (permission denied)';

const CLOSED: UnusableFile = { problem: FORBIDDEN, folder: true, isClosed: true };

function isForbidden(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(errorCode(error));
}

/** A file, or the real path of a folder. */
async function inspect(
  root: string,
  path: string,
  entry: DirectoryEntry,
  fileSystem: FileSystem,
): Promise<WalkedFile | string> {
  if (entry.kind === 'folder') return path;
  if (entry.kind === 'submodule')
    return { problem: 'is a submodule, which a commit does not contain', folder: true };
  try {
    const real = entry.kind === 'file' ? path : await fileSystem.realpath(path);
    const { kind, size, mark } = await fileSystem.stat(real);
    if (!isInside(root, real) && real !== root) {
      return { problem: 'is a link out of the policy folder', folder: kind === 'folder' };
    }
    if (kind === 'folder') return real;
    return kind === 'file' ? { real, size, mark } : { problem: 'is not a regular file', folder: false };
  } catch (error) {
    if (entry.kind !== 'file' && isGone(error))
      return { problem: 'is a link to a file that does not exist', folder: false };
    if (errorCode(error) === 'ELOOP') return { problem: 'is a link to itself', folder: false };
    if (isForbidden(error)) return { problem: FORBIDDEN, folder: false };
    throw error;
  }
}
