import type { CharacterSet, Part } from './pattern-syntax.ts';

/** One character of a pattern with expanded repetitions. */
export interface Position {
  readonly set: CharacterSet;
  /** Positions that can follow. */
  readonly follow: Set<Position>;
}

/** First and last positions of an expression. */
export interface Shape {
  readonly first: readonly Position[];
  readonly last: readonly Position[];
  readonly isNullable: boolean;
}

/** Maximum number of characters of an expression with expanded repetitions. */
const MAX_POSITIONS = 256;

/** Maximum number of compared ranges: classes of hundreds of ranges at hundreds of positions are slow to compare. */
const MAX_COMPARISONS = 20_000;

/** Thrown if there are two ways to continue and only one is allowed, or if a limit is exceeded. */
class AnalysisAborted extends Error {}

/** Result of `find`; undefined if it exceeds a limit, or calls `giveUp`. */
export function attempt<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AnalysisAborted) return undefined;
    throw error;
  }
}

function giveUp(): never {
  throw new AnalysisAborted();
}

/** Glushkov automaton of an expression: its characters, and which can follow which. Built within `attempt`. */
export class Positions {
  readonly all: Position[] = [];
  readonly #isDeterministic: boolean;
  #comparisons = 0;

  /** `isDeterministic`: gives up if the next character does not determine how to continue. */
  constructor({ isDeterministic }: { readonly isDeterministic: boolean }) {
    this.#isDeterministic = isDeterministic;
  }

  /** True if two sets have a character in common. */
  overlap(a: CharacterSet, b: CharacterSet): boolean {
    let left = 0;
    let right = 0;
    for (;;) {
      this.#comparisons++;
      if (this.#comparisons > MAX_COMPARISONS) giveUp();
      const [low, high] = a[left] ?? END;
      const [from, to] = b[right] ?? END;
      if (low === Infinity || from === Infinity) return false;
      if (low <= to && from <= high) return true;
      if (high < to) left++;
      else right++;
    }
  }

  shapeOf(part: Part): Shape {
    switch (part.kind) {
      case 'set': {
        const position: Position = { set: part.set, follow: new Set() };
        this.all.push(position);
        if (this.all.length > MAX_POSITIONS) giveUp();
        return { first: [position], last: [position], isNullable: false };
      }
      case 'sequence':
        return part.parts.reduce((before, each) => this.#join(before, this.shapeOf(each)), EMPTY);
      case 'choice':
        return this.#choice(part.parts);
      case 'repeat':
        return this.#repeat(part.part, part.least, part.most);
    }
  }

  #choice(parts: readonly Part[]): Shape {
    const shapes = parts.map((part) => this.shapeOf(part));
    const firsts = shapes.map(({ first }) => first);
    const isPlain = !this.#isDeterministic || this.#areApart(parts);
    return {
      first: isPlain ? firsts.flat() : firsts.reduce((a, b) => this.#either(a, b), []),
      last: shapes.flatMap(({ last }) => last),
      isNullable: shapes.some(({ isNullable }) => isNullable),
    };
  }

  #repeat(part: Part, least: number, most: number): Shape {
    let shape = EMPTY;
    for (let count = 0; count < least; count++) shape = this.#join(shape, this.#repeated(part));
    if (most === Infinity) {
      const again = this.#repeated(part);
      this.#link(again.last, again.first);
      return this.#join(shape, { ...again, isNullable: true });
    }
    // Each optional repetition only follows the one before it.
    let optional: Shape = EMPTY;
    for (let count = least; count < most; count++) {
      optional = { ...this.#join(this.#repeated(part), optional), isNullable: true };
    }
    return this.#join(shape, optional);
  }

  /** A repetition that consumes no character makes no progress, and adds one more way to continue. */
  #repeated(part: Part): Shape {
    const shape = this.shapeOf(part);
    if (shape.isNullable && this.#isDeterministic) giveUp();
    return shape;
  }

  #join(a: Shape, b: Shape): Shape {
    this.#link(a.last, b.first);
    return {
      first: a.isNullable ? this.#either(a.first, b.first) : a.first,
      last: b.isNullable ? [...a.last, ...b.last] : b.last,
      isNullable: a.isNullable && b.isNullable,
    };
  }

  /** Lets each of `to` follow each of `from`. A link that exists already counts as a second way. */
  #link(from: readonly Position[], to: readonly Position[]): void {
    for (const { follow } of from) {
      if (this.#isDeterministic) this.#either([...follow], to);
      for (const next of to) follow.add(next);
    }
  }

  /** Positions of both lists; gives up if a character can begin both. */
  #either(a: readonly Position[], b: readonly Position[]): readonly Position[] {
    const isOneWay = !a.some((one) => b.some((other) => this.overlap(one.set, other.set)));
    if (!isOneWay && this.#isDeterministic) giveUp();
    return [...a, ...b];
  }

  /**
   * True if the alternatives have fixed lengths and no two of them can match at the same place. Their common
   * beginning decides between them, without backtracking.
   */
  #areApart(parts: readonly Part[]): boolean {
    const fixed = parts.map(fixedSets);
    return fixed.every((one, at) => {
      if (one === undefined) return false;
      return fixed.slice(at + 1).every((other) => {
        return (
          other !== undefined &&
          one.some((set, place) => other[place] !== undefined && !this.overlap(set, other[place]))
        );
      });
    });
  }
}

const EMPTY: Shape = { first: [], last: [], isNullable: true };
const END = [Infinity, Infinity] as const;

/** Character sets of a part without choices and repetitions; undefined for any other part. */
function fixedSets(part: Part): readonly CharacterSet[] | undefined {
  if (part.kind === 'set') return [part.set];
  if (part.kind !== 'sequence') return undefined;
  const sets = part.parts.map(fixedSets);
  return sets.includes(undefined) ? undefined : sets.flatMap((each) => each ?? []);
}
