/** Names in backticks, with commas between them. */
export function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `\`${name}\``).join(', ');
}

/** Names longer than this are not compared. */
const LONGEST = 64;

/**
 * The candidate that was most likely meant by `name`, or undefined if none is similar: the same
 * letters in another case or with other separators, else at most a third of the letters mistyped, else a candidate that
 * begins like `name`.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  const names = [...candidates];
  const plain = letters(name);
  const allowed = Math.max(1, Math.floor(plain.length / 3));
  let best: string | undefined;
  let least = allowed + 1;
  for (const candidate of names) {
    if (candidate === name || candidate.length > LONGEST) continue;
    const other = letters(candidate);
    if (Math.abs(other.length - plain.length) >= least) continue;
    const edits = distance(plain, other, least);
    // A replacement of all letters of a short name is not a typo.
    if (edits < least && edits < Math.max(plain.length, other.length)) {
      best = candidate;
      least = edits;
    }
  }
  return (
    best ??
    sameBeginning(
      plain,
      names.filter((candidate) => candidate !== name),
    )
  );
}

/** The shortest candidate that begins with `plain`, or with the first 80% of a long `plain`. */
function sameBeginning(plain: string, candidates: readonly string[]): string | undefined {
  const shared = plain.length < 6 ? plain.length : Math.ceil(plain.length * 0.8);
  if (shared < 3) return undefined;
  let best: string | undefined;
  for (const candidate of candidates) {
    const close = candidate.length <= LONGEST && letters(candidate).startsWith(plain.slice(0, shared));
    if (close && candidate.length < (best?.length ?? Number.POSITIVE_INFINITY)) best = candidate;
  }
  return best;
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/**
 * Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, each counting one. At least
 * `enough` if it would not be less.
 */
function distance(from: string, to: string, enough: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        edits = Math.min(edits, at(beforeLast, j - 2) + 1);
      }
      row.push(edits);
    }
    // No later row has less than the least of two neighbouring ones.
    if (Math.min(...row) >= enough && Math.min(...last) >= enough) return enough;
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
