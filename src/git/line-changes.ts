/** Lines of an old text that a new one has in other words: from the first to before the last, counted from 0. */
export interface LineChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Most steps of the search for the fewest changes; beyond it the rest is one change. */
const MAX_EDITS = 500;

/** The changes from one text to another, in order, few and small (Myers 1986). Lines are compared as they are. */
export function lineChanges(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  return merged(pathOf(old, now)).map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    oldStart: oldStart + start,
    oldEnd: oldEnd + start,
    newStart: newStart + start,
    newEnd: newEnd + start,
  }));
}

/** The lines of a text, as an editor counts them. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** One line that is removed (`old`) or added (`now`), at a place of both texts. */
interface Edit {
  readonly old: number;
  readonly now: number;
  readonly isRemoval: boolean;
}

/** The edits of a shortest script, last to first; one for each line of both texts if it would be too long. */
function pathOf(old: readonly string[], now: readonly string[]): readonly Edit[] {
  const most = Math.min(old.length + now.length, MAX_EDITS);
  const furthest = new Map<number, number>([[1, 0]]);
  const rounds: ReadonlyMap<number, number>[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    rounds.push(new Map(furthest));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let at = startOf(furthest, diagonal, edits);
      while (at < old.length && at - diagonal < now.length && old[at] === now[at - diagonal]) at += 1;
      furthest.set(diagonal, at);
      if (at >= old.length && at - diagonal >= now.length) return backwards(rounds, old.length, now.length);
    }
  }
  return wholeOf(old, now);
}

/** True if the best way to a diagonal goes down, by an added line. */
function goesDown(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (furthest.get(diagonal - 1) ?? 0) < (furthest.get(diagonal + 1) ?? 0);
}

function startOf(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  return goesDown(furthest, diagonal, edits)
    ? (furthest.get(diagonal + 1) ?? 0)
    : (furthest.get(diagonal - 1) ?? 0) + 1;
}

function backwards(rounds: readonly ReadonlyMap<number, number>[], oldEnd: number, newEnd: number): Edit[] {
  const found: Edit[] = [];
  let old = oldEnd;
  let now = newEnd;
  for (let edits = rounds.length - 1; edits > 0; edits -= 1) {
    const furthest = rounds[edits] ?? new Map<number, number>();
    const diagonal = old - now;
    const isDown = goesDown(furthest, diagonal, edits);
    const before = isDown ? diagonal + 1 : diagonal - 1;
    const at = furthest.get(before) ?? 0;
    found.push({ old: at, now: at - before, isRemoval: !isDown });
    old = at;
    now = at - before;
  }
  return found;
}

function wholeOf(old: readonly string[], now: readonly string[]): Edit[] {
  const added = now.map((_, index) => ({ old: old.length, now: index, isRemoval: false }));
  const removed = old.map((_, index) => ({ old: index, now: 0, isRemoval: true }));
  return [...added.reverse(), ...removed.reverse()];
}

/** Neighbouring edits as one change, first to last. */
function merged(edits: readonly Edit[]): readonly LineChange[] {
  const changes: LineChange[] = [];
  for (const { old, now, isRemoval } of edits.toReversed()) {
    const last = changes.at(-1);
    const oldEnd = isRemoval ? old + 1 : old;
    const newEnd = isRemoval ? now : now + 1;
    if (last !== undefined && last.oldEnd === old && last.newEnd === now) {
      changes[changes.length - 1] = { ...last, oldEnd, newEnd };
    } else changes.push({ oldStart: old, newStart: now, oldEnd, newEnd });
  }
  return changes;
}

/** The line of the old text that a line of the new one is; undefined if the changes made it. Lines count from 0. */
export function lineBefore(changes: readonly LineChange[], line: number): number | undefined {
  let shift = 0;
  for (const { oldEnd, newStart, newEnd } of changes) {
    if (line < newStart) break;
    if (line < newEnd) return undefined;
    shift = oldEnd - newEnd;
  }
  return line + shift;
}
