import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { type Found, findGitDir, type GitDir } from '../../git/git-dir.ts';

/** A policy folder as a path in a repository. */
export interface RepositoryPlace {
  readonly git: GitDir;
  /** Relative to the root of the repository, with `/` between the names; empty for the root. */
  readonly path: string;
}

/**
 * The place of a folder in its repository; undefined if it is in none. Links that lead to the repository are followed
 * on the disk, as those of git-sync. Links inside of the repository, and the folder itself, are not: the commit decides
 * about them, and the work tree may be at another one.
 */
export function placeOf(dir: string): Found<RepositoryPlace> | undefined {
  try {
    return placeOnDisk(dir);
  } catch (error) {
    return { problem: `the repository of \`${dir}\` cannot be read (${errorMessage(error)})` };
  }
}

function placeOnDisk(dir: string): Found<RepositoryPlace> | undefined {
  const names = resolve(dir).split(sep);
  let place: Found<RepositoryPlace> | undefined;
  for (let count = 1; count <= names.length; count += 1) {
    const real = realPathOf(names.slice(0, count).join(sep) || sep);
    if (real === undefined) break;
    const git = findGitDir(real);
    if (git === undefined || 'problem' in git) {
      place = git;
    } else if (place === undefined || 'problem' in place || place.git.workTree !== git.workTree) {
      const path = [...relative(git.workTree, real).split(sep), ...names.slice(count)];
      place = { git, path: path.filter((name) => name !== '').join('/') };
    }
  }
  return place;
}

/** Undefined if the path does not exist, as a folder of the commit that the work tree does not have. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
