import type { PrincipalPattern } from './principal.ts';

/** Matches any number of segments. */
const MANY = '**';
type Part = readonly string[] | typeof MANY;

/**
 * True if `outer` matches every principal that `inner` matches. It is never true wrongly; for some combinations of
 * wildcards it is false although `outer` does.
 */
export function containsPrincipal(outer: PrincipalPattern, inner: PrincipalPattern): boolean {
  if (outer.kind === 'exact' || inner.kind === 'exact') {
    return outer.kind === inner.kind && outer.source === inner.source;
  }
  return outer.trustDomain === inner.trustDomain && containsAll(partsOf(outer), partsOf(inner));
}

/** True if at least one principal matches both patterns. */
export function principalsOverlap(a: PrincipalPattern, b: PrincipalPattern): boolean {
  if (a.kind === 'exact' || b.kind === 'exact') return a.kind === b.kind && a.source === b.source;
  if (a.trustDomain !== b.trustDomain) return false;
  const [first = [], second = []] = [a.runs[0], b.runs[0]];
  if (a.runs.length === 1 && b.runs.length === 1) {
    return (
      first.length === second.length && first.every((one, index) => segmentsOverlap(one, second[index] ?? []))
    );
  }
  return overlap(partsOf(a), partsOf(b), (part) => part === MANY, segmentsOverlap);
}

function segmentsOverlap(a: Part, b: Part): boolean {
  if (a === MANY || b === MANY) return true;
  if (a.length === 1 && b.length === 1) return a[0] === b[0];
  return overlap(
    [...a.join('*')],
    [...b.join('*')],
    (character) => character === '*',
    (one, other) => one === other,
  );
}

/**
 * True if some sequence fits both: `meets[i][j]` says so of the first `i` and `j` parts. A wild part fits any number of
 * parts.
 */
function overlap<T>(
  a: readonly T[],
  b: readonly T[],
  isWild: (part: T) => boolean,
  meet: (one: T, other: T) => boolean,
): boolean {
  const meets: boolean[][] = [];
  for (let i = 0; i <= a.length; i++) {
    const row: boolean[] = [];
    for (let j = 0; j <= b.length; j++) {
      const [one, other] = [a[i - 1], b[j - 1]];
      const [above, before] = [meets[i - 1], row[j - 1] === true];
      if (one === undefined && other === undefined) row.push(true);
      else if ((one !== undefined && isWild(one)) || (other !== undefined && isWild(other)))
        row.push(above?.[j] === true || before);
      else row.push(one !== undefined && other !== undefined && above?.[j - 1] === true && meet(one, other));
    }
    meets.push(row);
  }
  return meets[a.length]?.[b.length] === true;
}

/** The segments of the path, with the `**` between its runs. */
function partsOf({ runs }: PrincipalPattern & { kind: 'spiffe' }): readonly Part[] {
  return runs.flatMap((run, index): readonly Part[] => (index === 0 ? run : [MANY, ...run]));
}

function containsAll(outer: readonly Part[], inner: readonly Part[]): boolean {
  return contains(outer, inner, {
    isWild: (part) => part === MANY,
    covers: (a, b) => a !== MANY && b !== MANY && containsSegment(a, b),
  });
}

/** Compares segments by character, where `*` matches any number of them. */
function containsSegment(outer: readonly string[], inner: readonly string[]): boolean {
  return contains([...outer.join('*')], [...inner.join('*')], {
    isWild: (character) => character === '*',
    covers: (a, b) => a === b && b !== '*',
  });
}

interface Parts<T> {
  /** True if the part matches any number of parts, zero included. */
  isWild(part: T): boolean;
  /** True if `outer` matches all that `inner` matches; neither is wild. */
  covers(outer: T, inner: T): boolean;
}

/** True if the parts of `outer` cover those of `inner`, wild ones included, by dynamic programming. */
function contains<T>(outer: readonly T[], inner: readonly T[], { isWild, covers }: Parts<T>): boolean {
  // True at the lengths of `inner` that the parts of `outer` so far cover; only a wild part covers a wild part.
  let reached = inner.map(() => false).concat(false);
  reached[0] = true;
  for (const part of outer) {
    const next = reached.map(() => false);
    for (let length = 0; length <= inner.length; length++) {
      const last = inner[length - 1];
      if (isWild(part)) next[length] = reached[length] === true || (length > 0 && next[length - 1] === true);
      else if (last !== undefined)
        next[length] = reached[length - 1] === true && !isWild(last) && covers(part, last);
    }
    reached = next;
  }
  return reached[inner.length] === true;
}
