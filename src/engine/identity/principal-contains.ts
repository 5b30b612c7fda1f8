import type { PrincipalPattern } from './principal.ts';

/** Any number of segments. */
const MANY = '**';
type Part = readonly string[] | typeof MANY;

/**
 * Whether `outer` names every principal that `inner` names. Never true where it does not; where wildcards of both
 * meet in unusual ways it may be false though it does.
 */
export function containsPrincipal(outer: PrincipalPattern, inner: PrincipalPattern): boolean {
  if (outer.kind === 'exact' || inner.kind === 'exact') {
    return outer.kind === inner.kind && outer.source === inner.source;
  }
  return outer.trustDomain === inner.trustDomain && containsAll(partsOf(outer), partsOf(inner));
}

/** The segments of the path, the `**` between its runs among them. */
function partsOf({ runs }: PrincipalPattern & { kind: 'spiffe' }): readonly Part[] {
  return runs.flatMap((run, index): readonly Part[] => (index === 0 ? run : [MANY, ...run]));
}

function containsAll(outer: readonly Part[], inner: readonly Part[]): boolean {
  return contains(outer, inner, {
    isWild: (part) => part === MANY,
    covers: (a, b) => a !== MANY && b !== MANY && containsSegment(a, b),
  });
}

/** The characters of a segment, `*` for any number of them. */
function containsSegment(outer: readonly string[], inner: readonly string[]): boolean {
  return contains([...outer.join('*')], [...inner.join('*')], {
    isWild: (character) => character === '*',
    covers: (a, b) => a === b && b !== '*',
  });
}

interface Parts<T> {
  /** Stands for any number of parts, none included. */
  isWild(part: T): boolean;
  /** Of two that are not wild. */
  covers(outer: T, inner: T): boolean;
}

/** Whether the parts of `inner`, a wild one among them, are laid out by `outer` from both ends, column by column. */
function contains<T>(outer: readonly T[], inner: readonly T[], { isWild, covers }: Parts<T>): boolean {
  // What of `inner` the first parts of `outer` lay out, by length; the wild part of `inner` only a wild one does.
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
