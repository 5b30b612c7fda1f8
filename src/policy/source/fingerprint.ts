import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import { findGitDir, headCommit } from '../../git/git-dir.ts';
import { type FileSystem, isGone } from './file-system.ts';
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
 * Takes the fingerprint from the size, times and inode of each file, and from the commit of HEAD. Never rejects: a
 * folder that is missing or cannot be read has a fingerprint too.
 */
export async function fingerprint(dir: string, fileSystem: FileSystem): Promise<Fingerprint> {
  const hash = createHash('sha1');
  const folders = new Map<string, string | undefined>();
  try {
    const [above, name] = await nearestAbove(resolve(dir), fileSystem);
    folders.set(above, name);
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
    hash.update(gitMark(root, folders));
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

function gitMark(root: string, folders: Map<string, string | undefined>): string {
  try {
    const git = findGitDir(root);
    if (git === undefined) return 'no git';
    if ('problem' in git) return git.problem;
    folders.set(git.own, undefined).set(git.shared, undefined);
    const head = headCommit(git);
    return typeof head === 'string' ? head : head.problem;
  } catch (error) {
    return errorCode(error);
  }
}
