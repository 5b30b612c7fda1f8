import { sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Revision } from '../../engine/set/revision.ts';
import { findGitDir, type GitDir, headCommit } from '../../git/git-dir.ts';
import { pendingOperation } from '../../git/git-operation.ts';
import type { FileSystem } from './file-system.ts';
import type { Folder } from './folder.ts';

/** A folder that is being written, so that its files may be of two versions. */
export interface Disturbance {
  /** The file or folder that shows it. */
  readonly path: string;
  /** Predicate of a sentence whose subject is the path. */
  readonly state: string;
  readonly help: string;
}

/** Resolves after a time in milliseconds. */
export type Pause = (milliseconds: number) => Promise<unknown>;

export const realPause: Pause = (milliseconds) => setTimeout(milliseconds);

/**
 * Time between two looks at a folder that must agree, in milliseconds. Git writes HEAD shortly after it has released
 * the lock of the work tree.
 */
const BETWEEN_LOOKS = 400;

/** The git operation that prevents a folder on the disk from being read. */
export async function operationBefore(
  dir: string,
  fileSystem: FileSystem,
  isFirst: boolean,
): Promise<Disturbance | undefined> {
  const real = await fileSystem.realpath(dir).catch(() => undefined);
  return real === undefined ? undefined : operationIn(repositoryOf(real), isFirst);
}

/**
 * The reason why the files that were read may be of two versions; undefined if they are of one.
 *
 * Exactly a commit, or the target of a link that one rename replaces, is one version. Other folders must be the same
 * at a second look, and git must not be at work between the looks. INVARIANT: the lock is looked for before the second
 * look. An operation that was half done when the files were read has then either ended, so that the second look finds
 * the other half, or it has not, so that its lock is found.
 */
export async function disturbance(
  folder: Folder,
  revision: Revision,
  isFirst: boolean,
  pause: Pause,
): Promise<Disturbance | undefined> {
  const git = repositoryOf(folder.realPath);
  if (isExact(folder, revision)) return operationIn(git, isFirst);
  if (git === undefined && isFirst) return undefined;
  await pause(BETWEEN_LOOKS);
  const operation = operationIn(git, false);
  if (operation !== undefined) return operation;
  const isSame = isStillAt(git, revision) && (await folder.isUnchanged().catch(() => false));
  return isSame ? undefined : { path: folder.dir, state: 'keeps changing', help: CHANGING };
}

/** True if HEAD is still at the commit of the revision, or the commit is not that of HEAD. */
function isStillAt(git: GitDir | undefined, { source, commit }: Revision): boolean {
  if (git === undefined || source !== 'git') return true;
  try {
    return headCommit(git) === commit;
  } catch {
    return false;
  }
}

const CHANGING = 'write the files to another folder and move them here when they are complete';

/** The kubelet keeps each version of a volume in a folder whose name starts with two dots. */
function isExact(folder: Folder, { source, dirty }: Revision): boolean {
  if (folder.realPath.split(sep).some((name) => name.startsWith('..'))) return true;
  return !dirty && (source === 'git' || source === 'git-sync');
}

function repositoryOf(realPath: string): GitDir | undefined {
  try {
    const git = findGitDir(realPath);
    return git === undefined || 'problem' in git ? undefined : git;
  } catch {
    return undefined; // The notes of the revision give the reason.
  }
}

/**
 * A lock that a crashed process has left must not prevent the first start: only a folder that is exactly a commit is
 * accepted then.
 */
function operationIn(git: GitDir | undefined, isFirst: boolean): Disturbance | undefined {
  const operation = git === undefined ? undefined : pendingOperation(git);
  return isFirst && operation?.movesHead === false ? undefined : operation;
}
