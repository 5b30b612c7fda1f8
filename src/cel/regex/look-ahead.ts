import { attempt, type Position, Positions } from './pattern-positions.ts';
import type { PatternSyntax } from './pattern-syntax.ts';

/**
 * Maximum number of characters after a match that are read before the match is certain; Infinity if there is no
 * limit, or none is known. A search for all matches reads these characters again for each match, so `a.*b|a` takes
 * time quadratic in a string of many `a`.
 */
export function lookAhead(syntax: PatternSyntax | undefined): number {
  if (syntax === undefined) return Infinity;
  // There is one match at most, or two including an empty one at the end.
  if (syntax.isAnchoredAtStart || syntax.isAnchoredAtEnd) return 0;
  return attempt(() => new LookAhead(syntax).most()) ?? Infinity;
}

class LookAhead {
  readonly #positions = new Positions({ isDeterministic: false });
  readonly #first: readonly Position[];
  readonly #last: ReadonlySet<Position>;
  readonly #isNullable: boolean;

  constructor({ part }: PatternSyntax) {
    const { first, last, isNullable } = this.#positions.shapeOf(part);
    this.#first = first;
    this.#last = new Set(last);
    this.#isNullable = isNullable;
  }

  most(): number {
    const { all } = this.#positions;
    const endless = all.filter((position) => this.#isEndless(position));
    if (endless.length === 0) return all.length;
    // An empty match exists at once, while other attempts continue.
    if (this.#isNullable) return Infinity;
    const before = new Set(endless.flatMap((position) => [...this.#reaching(position)]));
    return this.#isEndlessBesideMatch(before) ? Infinity : all.length;
  }

  /** True if a string leads from this position back to it without a match on the way. */
  #isEndless(position: Position): boolean {
    if (this.#last.has(position)) return false;
    const seen = new Set<Position>();
    const ahead = [position];
    for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
      for (const next of at.follow) {
        if (next === position) return true;
        if (this.#last.has(next) || seen.has(next)) continue;
        seen.add(next);
        ahead.push(next);
      }
    }
    return false;
  }

  /** Positions from which this one can be reached, including itself. */
  #reaching(position: Position): ReadonlySet<Position> {
    const found = new Set([position]);
    for (const one of found) {
      for (const other of this.#positions.all) if (other.follow.has(one)) found.add(other);
    }
    return found;
  }

  /**
   * True if the same string can bring one attempt to a match while another, started with it or earlier, leads to an
   * endless position.
   */
  #isEndlessBesideMatch(before: ReadonlySet<Position>): boolean {
    const { all } = this.#positions;
    const seen = new Map<Position, Set<Position>>();
    const ahead: [Position, Position][] = [];
    const meet = (other: Position, matching: Position): boolean => {
      const known = seen.get(other) ?? new Set();
      if (known.has(matching) || !this.#positions.overlap(other.set, matching.set)) return false;
      seen.set(other, known.add(matching));
      ahead.push([other, matching]);
      return this.#last.has(matching) && before.has(other);
    };
    for (const other of all) for (const matching of this.#first) if (meet(other, matching)) return true;
    for (let pair = ahead.pop(); pair !== undefined; pair = ahead.pop()) {
      const [other, matching] = pair;
      for (const a of other.follow) for (const b of matching.follow) if (meet(a, b)) return true;
    }
    return false;
  }
}
