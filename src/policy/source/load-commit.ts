import { join } from 'node:path';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { headCommit } from '../../git/git-dir.ts';
import { readCommitTree } from '../../git/git-tree.ts';
import { type ObjectStore, openObjects } from '../../git/object-store.ts';
import { commitFiles } from './commit-files.ts';
import { diagnostic, type Loaded, loadFolder } from './load.ts';
import type { RepositoryPlace } from './repository-place.ts';

/**
 * Reads a policy folder out of the commit of HEAD, and passes it to `use`, during which referenced files can be read.
 * HEAD is resolved once, and every object is compared with its ID: the folder is exactly that of the commit, whatever
 * happens to the work tree or to HEAD meanwhile.
 */
export async function withCommitFolder<T>(
  dir: string,
  place: RepositoryPlace,
  use: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  let objects: ObjectStore | undefined;
  try {
    let loaded: Loaded;
    try {
      const commit = headCommit(place.git);
      if (typeof commit !== 'string') throw new Error(commit.problem);
      objects = openObjects(place.git.shared);
      loaded = await loadAt(dir, place, objects, commit);
    } catch (error) {
      loaded = unreadable(dir, error);
    }
    return await use(loaded);
  } finally {
    objects?.close();
  }
}

/**
 * Reads a policy folder out of any commit. Rejects if an object is missing or damaged. Referenced files are read out of
 * `objects` later, which must stay open.
 */
export async function loadAt(
  dir: string,
  { git, path }: RepositoryPlace,
  objects: ObjectStore,
  commit: string,
  tree = readCommitTree(objects, commit),
): Promise<Loaded> {
  const files = commitFiles(objects, tree, git.workTree);
  const onDisk = (name: string): string => (name === dir ? join(git.workTree, path) : name);
  const loaded = await loadFolder(dir, {
    ...files,
    realpath: (name) => files.realpath(onDisk(name)),
    stat: (name) => files.stat(onDisk(name)),
  });
  if (loaded.folder === undefined) return loaded;
  return { ...loaded, folder: { ...loaded.folder, commit } };
}

function unreadable(dir: string, error: unknown): Loaded {
  const message = `\`${dir}\` cannot be read out of the commit of HEAD: ${errorMessage(error)}`;
  const help = 'run `git fsck` in the repository, or serve the work tree by `--from-work-tree`';
  return { failure: 'unreadable', diagnostics: [diagnostic('commit_unreadable', '', message, help)] };
}
