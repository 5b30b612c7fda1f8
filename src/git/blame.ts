import { changedFiles } from './changed-files.ts';
import type { Commit } from './commit.ts';
import { lineBefore, lineChanges, linesOf } from './line-changes.ts';
import type { Repository } from './repository.ts';

/** The commit that wrote a line as it is, and the place of the line in that commit. */
export interface Blame {
  readonly commit: Commit;
  /** Relative to the root of the repository. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** True if older commits were not looked at. */
  readonly isCut: boolean;
}

export interface BlameOptions {
  /** Follow only the first parent of a merge, as `git blame --first-parent`. */
  readonly isFirstParent?: boolean;
  /** Most commits that are looked at. */
  readonly most?: number;
}

const MAX_COMMITS = 100_000;
/** Part of the lines that two files must share to be one file that was renamed and changed. */
const ALIKE = 0.5;
/** Most files that a file which is new in a commit is compared with. */
const MAX_CANDIDATES = 100;

interface Place {
  readonly path: string;
  readonly line: number;
}

/**
 * The commit to which a line of a file goes back, through renames and changes around it. `line` counts from 1.
 * Undefined if the commit has no such file or line.
 */
export function blameLine(
  repository: Repository,
  commit: string,
  place: Place,
  { isFirstParent = false, most = MAX_COMMITS }: BlameOptions = {},
): Blame | undefined {
  if (place.line < 1 || place.line > linesAt(repository, commit, place.path).length) return undefined;
  let at = { commit, place };
  for (let count = 0; count < most; count += 1) {
    const read = repository.commit(at.commit);
    const parents = isFirstParent ? read.parents.slice(0, 1) : read.parents;
    const before = parentWithLine(repository, at.commit, parents, at.place);
    if (before === undefined) return { commit: read, ...at.place, isCut: false };
    at = before;
  }
  return { commit: repository.commit(at.commit), ...at.place, isCut: true };
}

/** The parent from which a commit has the line; that with the whole file unchanged before any other. */
function parentWithLine(
  repository: Repository,
  commit: string,
  parents: readonly string[],
  place: Place,
): { readonly commit: string; readonly place: Place } | undefined {
  const blob = blobAt(repository, commit, place.path);
  const same = parents.find((parent) => blobAt(repository, parent, place.path) === blob);
  if (same !== undefined) return { commit: same, place };
  for (const parent of parents) {
    const found = placeIn(repository, parent, commit, place);
    if (found !== undefined) return { commit: parent, place: found };
  }
  return undefined;
}

function placeIn(repository: Repository, parent: string, commit: string, place: Place): Place | undefined {
  const path = pathBefore(repository, parent, commit, place.path);
  if (path === undefined) return undefined;
  const changes = lineChanges(linesAt(repository, parent, path), linesAt(repository, commit, place.path));
  const line = lineBefore(changes, place.line - 1);
  return line === undefined ? undefined : { path, line: line + 1 };
}

/** The path that a file had before a commit: the same, or that of a file which the commit renamed. */
function pathBefore(
  repository: Repository,
  parent: string,
  commit: string,
  path: string,
): string | undefined {
  if (blobAt(repository, parent, path) !== undefined) return path;
  const blob = blobAt(repository, commit, path);
  const gone = changedFiles(repository, parent, commit).filter(({ after }) => after === undefined);
  const exact = gone.find(({ before }) => before === blob);
  if (exact !== undefined) return exact.path;
  const lines = linesAt(repository, commit, path);
  const scores = gone.slice(0, MAX_CANDIDATES).map((file) => ({
    path: file.path,
    score: likeness(linesAt(repository, parent, file.path), lines),
  }));
  const [best] = scores.toSorted((a, b) => b.score - a.score);
  return best !== undefined && best.score >= ALIKE ? best.path : undefined;
}

/** Part of the lines of the longer text that the other has too. */
function likeness(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const line of a) left.set(line, (left.get(line) ?? 0) + 1);
  let shared = 0;
  for (const line of b) {
    const count = left.get(line) ?? 0;
    if (count === 0) continue;
    shared += 1;
    left.set(line, count - 1);
  }
  return shared / Math.max(a.length, b.length, 1);
}

function blobAt(repository: Repository, commit: string, path: string): string | undefined {
  const { entry } = repository.tree(commit).resolve(path);
  return entry?.kind === 'file' ? entry.id : undefined;
}

function linesAt(repository: Repository, commit: string, path: string): readonly string[] {
  const blob = blobAt(repository, commit, path);
  return blob === undefined ? [] : linesOf(repository.objects.read(blob, 'blob').toString('utf8'));
}
