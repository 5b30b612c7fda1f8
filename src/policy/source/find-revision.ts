import { join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { Revision, RevisionSource } from '../../engine/set/revision.ts';
import { findGitDir, type GitDir, gitDirIn, headCommit, isObjectId } from '../../git/git-dir.ts';
import { objectId } from '../../git/git-object.ts';
import { type CommitTree, readCommitTree } from '../../git/git-tree.ts';
import { type ObjectStore, openObjects } from '../../git/object-store.ts';
import { commitFiles } from './commit-files.ts';
import type { Folder } from './folder.ts';
import { isYaml } from './pass-files.ts';
import { walk } from './walk.ts';

export interface RevisionFound {
  readonly revision: Revision;
  /** For the log, in order: why a source of the revision was not used, and what made the tree dirty. */
  readonly notes: readonly string[];
}

interface Commit {
  readonly commit: string;
  readonly dirty: boolean;
  readonly source: RevisionSource;
}

/**
 * The revision of a policy folder. The commit comes from the first available source of: the commit out of which the
 * folder was read, a git-sync work tree, a `.git`
 * above the folder, a file `REVISION` in the folder, the `--revision` flag. Without one the revision is the digest
 * alone. Call it after the compilation, so that the digest and the comparison with the commit include the referenced
 * files. Never rejects: a source that cannot be read is skipped with a note.
 *
 * `dirty` compares contents: a checkout that rewrites line endings or runs other filters is dirty, and so is one with
 * an untracked or ignored policy file, or with a commit that cannot be read.
 */
export async function findRevision(folder: Folder, options: { flag?: string } = {}): Promise<RevisionFound> {
  const notes: string[] = [];
  const found =
    fromCommitFolder(folder) ??
    (await fromGitSync(folder, notes)) ??
    (await fromGit(folder, notes)) ??
    fromFile(folder, notes) ??
    fromFlag(options.flag, notes) ??
    ({ commit: '', dirty: false, source: 'digest' } satisfies Commit);
  return { revision: { ...found, digest: folder.digest() }, notes };
}

function fromCommitFolder({ commit }: Folder): Commit | undefined {
  return commit === undefined ? undefined : { commit, dirty: false, source: 'git' };
}

/** Names of the folders in which git-sync and similar tools keep one work tree per commit, named by the commit. */
const WORK_TREES = ['.worktrees', 'worktrees', '.git-sync'];

async function fromGitSync(folder: Folder, notes: string[]): Promise<Commit | undefined> {
  const parts = folder.realPath.split(sep);
  const at = parts.findLastIndex(
    (part, index) => isObjectId(part) && WORK_TREES.includes(parts[index - 1] ?? ''),
  );
  const commit = parts[at];
  if (at < 0 || commit === undefined) return undefined;
  // The folder name is the commit that git-sync reports; it is compared with the content if the repository is
  // available.
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
    `\`${join(folder.realPath, 'REVISION')}\` is not a commit: expected 40 or 64 lower-case hex digits`,
  );
  return undefined;
}

function fromFlag(flag: string | undefined, notes: string[]): Commit | undefined {
  if (flag === undefined || flag === '') return undefined;
  if (isObjectId(flag)) return { commit: flag, dirty: false, source: 'flag' };
  notes.push('`--revision` is not a commit: expected 40 or 64 lower-case hex digits');
  return undefined;
}

/** Files that are hashed before the thread is yielded to requests. */
const FILES_AT_A_TIME = 100;

async function isDirty(folder: Folder, git: GitDir, commit: string, notes: string[]): Promise<boolean> {
  const objects = attempt(notes, () => openObjects(git.shared));
  if (objects === undefined) return true;
  try {
    const difference = await differenceOf(folder, git, objects, commit);
    if (difference !== undefined) notes.push(difference);
    return difference !== undefined;
  } catch (error) {
    notes.push(`the folder cannot be compared with commit ${commit}: ${errorMessage(error)}`);
    return true;
  } finally {
    objects.close();
  }
}

/** The first difference between a folder and its commit. */
async function differenceOf(
  folder: Folder,
  git: GitDir,
  objects: ObjectStore,
  commit: string,
): Promise<string | undefined> {
  const tree = readCommitTree(objects, commit);
  const prefix = relative(git.workTree, folder.realPath).split(sep).join('/');
  let compared = 0;
  for (const [path, bytes] of folder.files()) {
    compared += 1;
    if (compared % FILES_AT_A_TIME === 0) await setImmediate();
    const { entry } = tree.resolve(`${prefix}/${path}`);
    if (entry?.kind !== 'file') return `\`${path}\` is not in the commit`;
    if (entry.id !== objectId('blob', bytes, commit)) return `\`${path}\` differs from the commit`;
  }
  const missing = await missingFile(folder, git, objects, tree);
  return missing === undefined ? undefined : `\`${missing}\` of the commit is missing`;
}

async function missingFile(
  folder: Folder,
  git: GitDir,
  objects: ObjectStore,
  tree: CommitTree,
): Promise<string | undefined> {
  const { files, truncated } = await walk(folder.realPath, commitFiles(objects, tree, git.workTree));
  if (truncated) throw new Error('it has too many files');
  return [...files]
    .filter(([, { problem }]) => problem === undefined)
    .map(([path]) => path)
    .find((path) => isYaml(path) && !folder.yaml.has(path));
}

function attempt<T>(notes: string[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    notes.push(`the revision cannot be read from git: ${errorMessage(error)}`);
    return undefined;
  }
}
