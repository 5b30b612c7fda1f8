import { join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { Revision, RevisionSource } from '../../engine/set/revision.ts';
import { findGitDir, type GitDir, gitDirIn, headCommit, isObjectId } from '../../git/git-dir.ts';
import { blobId, type CommitTree, readCommitTree } from '../../git/git-tree.ts';
import type { Folder } from './folder.ts';
import { isYaml } from './load.ts';

export interface RevisionFound {
  readonly revision: Revision;
  /** Why a place that could have told did not, or what made the tree dirty; for the log, in order. */
  readonly notes: readonly string[];
}

interface Commit {
  readonly commit: string;
  readonly dirty: boolean;
  readonly source: RevisionSource;
}

/**
 * Which bytes these are. The first that answers of: a git-sync work tree, a `.git` above the folder, a file
 * `REVISION` in the folder, the `--revision` flag; else the digest alone. Ask after the compilation, so that
 * the digest and the comparison with the commit cover the referenced files too. Never rejects: what cannot be
 * read is passed over with a note.
 *
 * `dirty` compares content with content: a checkout that rewrites line ends or runs other filters is dirty, so
 * is an untracked or ignored policy file, and a tree whose commit cannot be read.
 */
export async function findRevision(folder: Folder, options: { flag?: string } = {}): Promise<RevisionFound> {
  const notes: string[] = [];
  const found =
    (await fromGitSync(folder, notes)) ??
    (await fromGit(folder, notes)) ??
    fromFile(folder, notes) ??
    fromFlag(options.flag, notes) ??
    ({ commit: '', dirty: false, source: 'digest' } satisfies Commit);
  return { revision: { ...found, digest: folder.digest() }, notes };
}

/** The folders in which git-sync and its like keep one work tree for each commit, named by it. */
const WORK_TREES = ['.worktrees', 'worktrees', '.git-sync'];

async function fromGitSync(folder: Folder, notes: string[]): Promise<Commit | undefined> {
  const parts = folder.realPath.split(sep);
  const at = parts.findLastIndex(
    (part, index) => isObjectId(part) && WORK_TREES.includes(parts[index - 1] ?? ''),
  );
  const commit = parts[at];
  if (at < 0 || commit === undefined) return undefined;
  // The name of the folder is git-sync's word for its content; with a repository at hand it is checked too.
  const git = attempt(notes, () => gitDirIn(parts.slice(0, at + 1).join(sep)));
  const known = git !== undefined && !('problem' in git) && sameCommit(git, commit, notes);
  return { commit, dirty: known ? await isDirty(folder, git, commit, notes) : false, source: 'git-sync' };
}

function sameCommit(git: GitDir, commit: string, notes: string[]): boolean {
  return attempt(notes, () => headCommit(git)) === commit;
}

async function fromGit(folder: Folder, notes: string[]): Promise<Commit | undefined> {
  const git = attempt(notes, () => findGitDir(folder.realPath));
  if (git === undefined) return undefined;
  const commit = 'problem' in git ? git : attempt(notes, () => headCommit(git));
  if (commit === undefined) return undefined;
  if (typeof commit !== 'string') {
    notes.push(commit.problem);
    return undefined;
  }
  if ('problem' in git) return undefined;
  return { commit, dirty: await isDirty(folder, git, commit, notes), source: 'git' };
}

function fromFile(folder: Folder, notes: string[]): Commit | undefined {
  const text = folder.revisionText?.trim();
  if (text === undefined) return undefined;
  if (isObjectId(text)) return { commit: text, dirty: false, source: 'file' };
  notes.push(
    `\`${join(folder.realPath, 'REVISION')}\` holds no commit: 40 or 64 lower-case hex digits are wanted`,
  );
  return undefined;
}

function fromFlag(flag: string | undefined, notes: string[]): Commit | undefined {
  if (flag === undefined || flag === '') return undefined;
  if (isObjectId(flag)) return { commit: flag, dirty: false, source: 'flag' };
  notes.push('`--revision` is no commit: 40 or 64 lower-case hex digits are wanted');
  return undefined;
}

/** Commits do not change, so the trees of the last few stay. */
const recentTrees = new Map<string, CommitTree>();

function treeOf(git: GitDir, commit: string): CommitTree {
  const key = `${git.shared}\0${commit}`;
  const known = recentTrees.get(key);
  if (known !== undefined) return known;
  const tree = readCommitTree(git.shared, commit);
  if (recentTrees.size >= 4) recentTrees.clear();
  recentTrees.set(key, tree);
  return tree;
}

/** How many files are hashed before requests get their turn. */
const FILES_AT_A_TIME = 100;

async function isDirty(folder: Folder, git: GitDir, commit: string, notes: string[]): Promise<boolean> {
  try {
    const tree = treeOf(git, commit);
    const prefix = relative(git.workTree, folder.realPath).split(sep).join('/');
    const inCommit = (path: string) => (prefix === '' ? path : `${prefix}/${path}`);
    let compared = 0;
    for (const [path, bytes] of folder.files()) {
      compared += 1;
      if (compared % FILES_AT_A_TIME === 0) await setImmediate();
      const id = tree.blobAt(inCommit(path));
      if (id !== undefined && id === blobId(bytes, commit)) continue;
      notes.push(
        id === undefined ? `\`${path}\` is not in the commit` : `\`${path}\` differs from the commit`,
      );
      return true;
    }
    const lost = tree
      .filesBelow(prefix)
      .map((path) => (prefix === '' ? path : path.slice(prefix.length + 1)))
      .find((path) => isYaml(path) && !folder.yaml.has(path));
    if (lost !== undefined) notes.push(`\`${lost}\` of the commit is missing`);
    return lost !== undefined;
  } catch (error) {
    notes.push(`the folder cannot be compared with commit ${commit}: ${errorMessage(error)}`);
    return true;
  }
}

function attempt<T>(notes: string[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    notes.push(`git cannot be asked for the revision: ${errorMessage(error)}`);
    return undefined;
  }
}
