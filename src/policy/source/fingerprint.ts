import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { type Found, findGitDir, type GitDir, headCommit } from '../../git/git-dir.ts';
import { pendingOperation } from '../../git/git-operation.ts';
import { type FileSystem, isGone } from './file-system.ts';
import { placeOf } from './repository-place.ts';
import { markOf, rootOf, walk } from './walk.ts';

/** The state of a policy folder, taken without reading any file. */
export interface Fingerprint {
  /** Changes whenever a file, a link in the path of one, or the commit of HEAD changes. */
  readonly mark: string;
  /**
   * Real paths of the folders in which such a change can happen, each with the one name in it that matters; undefined
   * if every name matters.
   */
  readonly folders: ReadonlyMap<string, string | undefined>;
}

/**
 * Takes the fingerprint from the size, times and inode of each file, and from the commit of HEAD; with `fromCommit` only
 * from the commit, if the folder is in a repository. Never rejects: a folder that is missing or cannot be read has a
 * fingerprint too.
 */
export async function fingerprint(
  dir: string,
  fileSystem: FileSystem,
  fromCommit = false,
): Promise<Fingerprint> {
  const hash = createHash('sha1');
  const folders = new Map<string, string | undefined>();
  try {
    const [above, name] = await nearestAbove(resolve(dir), fileSystem);
    folders.set(above, name);
    const place = fromCommit ? placeOf(dir) : undefined;
    if (place !== undefined && !('problem' in place)) {
      hash.update(`${place.git.workTree}\0${place.path}\0${gitMark(place.git, folders)}`);
      return { mark: hash.digest('hex'), folders };
    }
    const folder = await fileSystem.realpath(dir);
    folders.set(
      dirname(folder),
      dirname(folder) === above && basename(folder) !== name ? undefined : basename(folder),
    );
    folders.set(folder, undefined);
    const root = await rootOf(dir, fileSystem);
    const walked = await walk(root, fileSystem);
    hash.update(`${root}\0${walked.truncated}\0`);
    for (const [path, file] of walked.files) {
      hash.update(`${markOf(path, file)}\0`);
    }
    for (const entered of walked.folders) folders.set(entered, undefined);
    hash.update(gitMark(repositoryOf(root), folders));
  } catch (error) {
    hash.update(`\0${isGone(error) ? 'gone' : errorCode(error)}`);
  }
  return { mark: hash.digest('hex'), folders };
}

/** The nearest existing folder above a path, and the next name in the path after it. */
async function nearestAbove(path: string, fileSystem: FileSystem): Promise<readonly [string, string]> {
  const above = dirname(path);
  try {
    return [await fileSystem.realpath(above), basename(path)];
  } catch (error) {
    if (!isGone(error) || above === path) throw error;
    return nearestAbove(above, fileSystem);
  }
}

function repositoryOf(root: string): Found<GitDir> | undefined {
  try {
    return findGitDir(root);
  } catch (error) {
    return { problem: errorCode(error) };
  }
}

/** Differs whenever the commit of HEAD does, and when an operation of git begins or ends. */
function gitMark(git: Found<GitDir> | undefined, folders: Map<string, string | undefined>): string {
  if (git === undefined) return 'no git';
  if ('problem' in git) return git.problem;
  folders.set(git.own, undefined).set(git.shared, undefined);
  try {
    const head = headCommit(git);
    const operation = pendingOperation(git)?.movesHead === true ? 'moving' : '';
    return `${typeof head === 'string' ? head : head.problem}${operation}`;
  } catch (error) {
    return errorCode(error);
  }
}
