import { type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorCode, errorMessage } from '../diagnostic/system-error.ts';
import { readText } from './git-file.ts';
import { packedRef } from './packed-refs.ts';

/** The folders of a repository and of its work tree. https://git-scm.com/docs/gitrepository-layout */
export interface GitDir {
  /** The folder that holds `.git`. */
  readonly workTree: string;
  /** Folder of HEAD and of other files of this work tree only. */
  readonly own: string;
  /** Folder of branches and objects; differs from `own` in a linked work tree. */
  readonly shared: string;
}

/** A result, or a problem as a sentence for the operator. */
export type Found<T> = T | { readonly problem: string };

/** The repository whose `.git` is in this folder or the nearest one above it; undefined if there is none. */
export function findGitDir(from: string): Found<GitDir> | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = gitDirIn(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The repository whose `.git` is in this folder: a folder, or a file with the path of one. */
export function gitDirIn(workTree: string): Found<GitDir> | undefined {
  const dotGit = join(workTree, '.git');
  try {
    const kind = statSync(dotGit);
    const named = kind.isDirectory() ? dotGit : gitFolderOf(workTree, dotGit, kind);
    if (typeof named !== 'string') return named;
    const foreign = foreignOwner(dotGit, kind) ?? foreignOwner(named);
    if (foreign !== undefined) return foreign;
    if (readText(join(named, 'HEAD')) === undefined) {
      const problem = `\`${dotGit}\` names \`${named}\`, which is not a git folder`;
      return kind.isDirectory() ? undefined : { problem };
    }
    const common = readText(join(named, 'commondir'))?.trim();
    const shared = common === undefined ? named : resolve(named, common);
    return foreignOwner(shared) ?? { workTree, own: named, shared };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    return { problem: `\`${dotGit}\` cannot be read (${errorCode(error) || errorMessage(error)})` };
  }
}

/** The folder that a file `.git` names, as in a linked work tree or a submodule. */
function gitFolderOf(workTree: string, dotGit: string, kind: Stats): Found<string> {
  const foreign = kind.isFile() ? foreignOwner(dotGit, kind) : undefined;
  if (foreign !== undefined) return foreign;
  const named = kind.isFile() ? /^gitdir: (.+)$/m.exec(readText(dotGit) ?? '')?.[1] : undefined;
  return named === undefined
    ? { problem: `\`${dotGit}\` names no git folder` }
    : resolve(workTree, named.trimEnd());
}

/**
 * A problem if a file of git belongs to a user whom this process need not trust, such as a `.git` that another user put
 * into a folder above, as `safe.directory` of git. Undefined if it belongs to the user of this process or to root, or
 * does not exist.
 */
function foreignOwner(
  path: string,
  found = statSync(path, { throwIfNoEntry: false }),
): { readonly problem: string } | undefined {
  const user = process.geteuid?.();
  if (found === undefined || user === undefined || found.uid === user || found.uid === 0) return undefined;
  return {
    problem: `\`${path}\` belongs to user ${found.uid}, neither to user ${user} of this process nor to root, and is not read`,
  };
}

/** True for a full object ID in lower case, of SHA-1 or SHA-256. */
export function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Most references from HEAD to a commit, as in git. */
const MAX_REFERENCES = 5;

/** The commit of HEAD, resolved through its branch, which is loose or packed. */
export function headCommit(git: GitDir): Found<string> {
  let name = 'HEAD';
  for (let depth = 0; depth < MAX_REFERENCES; depth += 1) {
    const text =
      readText(join(git.own, name)) ?? readText(join(git.shared, name)) ?? packedRef(git.shared, name);
    const value = text?.trim();
    if (value === undefined) return unborn(git, name);
    if (isObjectId(value)) return value;
    const next = /^ref: (refs\/[^\0]+)$/.exec(value)?.[1];
    if (next === undefined || next.split('/').includes('..')) {
      return { problem: `\`${name}\` of \`${git.own}\` names no commit` };
    }
    name = next;
  }
  return { problem: `HEAD of \`${git.own}\` goes through too many references` };
}

/** HEAD of a repository with reftables is a placeholder. https://git-scm.com/docs/reftable */
const PLACEHOLDER = 'refs/heads/.invalid';

function unborn(git: GitDir, name: string): { readonly problem: string } {
  if (name === 'HEAD') return { problem: `\`${join(git.own, name)}\` is missing` };
  if (name !== PLACEHOLDER) return { problem: `HEAD is at \`${name}\`, which has no commit` };
  return {
    problem: `\`${git.shared}\` keeps its references as reftables, which are not supported; run \`git refs migrate --ref-format=files\``,
  };
}
