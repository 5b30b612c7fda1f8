import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { GitDir } from './git-dir.ts';
import { readText } from './git-file.ts';

/** An operation of git that has begun and not ended. */
export interface GitOperation {
  /** The file or folder that git keeps during the operation. */
  readonly path: string;
  /** Predicate of a sentence whose subject is the path. */
  readonly state: string;
  /** Command or action by which an operator ends it. */
  readonly help: string;
  /** True if HEAD may be at a commit that is only a step of the operation. */
  readonly movesHead: boolean;
}

const LOCKED = {
  state: 'exists: git is writing the folder, or was interrupted',
  help: 'if no git process is running in this repository, remove the file',
  movesHead: false,
};

const resumable = (command: string, movesHead: boolean) => ({
  state: `exists: a ${command} has not ended`,
  help: `end it with \`git ${command} --continue\` or \`git ${command} --abort\``,
  movesHead,
});

/** https://git-scm.com/docs/gitrepository-layout, and `wt_status_get_state` of git. */
const OPERATIONS: Readonly<Record<string, Omit<GitOperation, 'path'>>> = {
  'index.lock': LOCKED,
  'HEAD.lock': LOCKED,
  'rebase-merge': resumable('rebase', true),
  'rebase-apply': resumable('rebase', true),
  sequencer: {
    state: 'exists: a cherry-pick or revert has not ended',
    help: 'end it with `git cherry-pick --abort` or `git revert --abort`',
    movesHead: true,
  },
  BISECT_LOG: {
    state: 'exists: a bisect has not ended',
    help: 'end it with `git bisect reset`',
    movesHead: true,
  },
  MERGE_HEAD: resumable('merge', false),
  CHERRY_PICK_HEAD: resumable('cherry-pick', false),
  REVERT_HEAD: resumable('revert', false),
};

/** The operation that is pending in a work tree; undefined if there is none. Never throws. */
export function pendingOperation(git: GitDir): GitOperation | undefined {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const path = join(git.own, name);
    if (exists(path)) return { path, ...operation };
  }
  const branch = branchOf(git);
  if (branch === undefined || branch.split('/').includes('..')) return undefined;
  const path = join(git.shared, `${branch}.lock`);
  return exists(path) ? { path, ...LOCKED } : undefined;
}

/** Undefined if HEAD is detached or cannot be read. */
function branchOf(git: GitDir): string | undefined {
  try {
    return /^ref: (refs\/[^\0]+)$/.exec(readText(join(git.own, 'HEAD'))?.trim() ?? '')?.[1];
  } catch {
    return undefined;
  }
}

/** False also for a path that leads through a file or is too long. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
