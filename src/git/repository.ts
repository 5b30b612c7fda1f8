import { join } from 'node:path';
import { errorMessage } from '../diagnostic/system-error.ts';
import { type Commit, readCommit } from './commit.ts';
import type { Found, GitDir } from './git-dir.ts';
import { readFileWithin } from './git-file.ts';
import { createWork } from './git-object.ts';
import { type CommitTree, readCommitTree } from './git-tree.ts';
import { type ObjectStore, openObjects } from './object-store.ts';
import { resolveRevision } from './resolve-revision.ts';

/** The history of a repository, read out of its objects. Methods throw if an object is missing or damaged. */
export interface Repository {
  readonly git: GitDir;
  readonly objects: ObjectStore;
  /** The commit that a revision names. */
  resolve(revision: string): Found<string>;
  commit(id: string): Commit;
  tree(commit: string): CommitTree;
  close(): void;
}

/** Most bytes that are read and unpacked while a repository is open. */
const MAX_WORK_BYTES = 16 * 1024 * 1024 * 1024;
/** Most commits, and most trees, that are kept. */
const MAX_COMMITS = 50_000;
const MAX_TREES = 64;
/** Largest list of the commits of a shallow clone, in bytes. */
const MAX_SHALLOW_BYTES = 16 * 1024 * 1024;

export function openRepository(git: GitDir): Repository {
  const objects = openObjects(git.shared, createWork(MAX_WORK_BYTES));
  const ends = shallowCommits(git);
  const commits = new Map<string, Commit>();
  const trees = new Map<string, CommitTree>();

  function read(id: string): Commit {
    const commit = readCommit(objects, id);
    return ends.has(id) ? { ...commit, parents: [] } : commit;
  }
  const commit = (id: string): Commit => kept(commits, MAX_COMMITS, id, read);

  return {
    git,
    objects,
    commit,
    resolve(revision) {
      try {
        return resolveRevision({ git, objects, commit }, revision);
      } catch (error) {
        return { problem: `\`${revision}\` cannot be read: ${errorMessage(error)}` };
      }
    },
    tree: (id) => kept(trees, MAX_TREES, id, () => readCommitTree(objects, id)),
    close: () => objects.close(),
  };
}

function kept<T>(known: Map<string, T>, most: number, id: string, read: (id: string) => T): T {
  const before = known.get(id);
  if (before !== undefined) return before;
  const value = read(id);
  if (known.size >= most) known.clear();
  known.set(id, value);
  return value;
}

/** Commits of a shallow clone whose parents it does not have. https://git-scm.com/docs/shallow */
function shallowCommits({ shared }: GitDir): ReadonlySet<string> {
  const text = readFileWithin(join(shared, 'shallow'), MAX_SHALLOW_BYTES)?.toString('latin1') ?? '';
  return new Set(text.split('\n').filter((line) => line !== ''));
}
