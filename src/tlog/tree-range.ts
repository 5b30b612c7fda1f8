import { type Digest, EMPTY_ROOT, nodeHash } from './merkle.ts';

/** A complete subtree: leaves from `start` on, as many as a power of two. */
interface Subtree {
  readonly start: number;
  readonly count: number;
  readonly hash: Digest;
}

/**
 * Leaves from `start` to `end` of a Merkle tree as the hashes of the largest complete subtrees that they contain: at
 * most two for each bit of `end`, whatever the number of leaves.
 */
export class TreeRange {
  readonly start: number;
  #end: number;
  #subtrees: Subtree[];

  constructor(start = 0) {
    this.start = start;
    this.#end = start;
    this.#subtrees = [];
  }

  /** The range from 0 to `size` by its `edge`; undefined if the edge has another number of hashes. */
  static ofEdge(size: number, edge: readonly Digest[]): TreeRange | undefined {
    const range = new TreeRange();
    let start = 0;
    for (const hash of edge) {
      const rest = size - start;
      if (rest <= 0) return undefined;
      const count = largestWithin(rest);
      range.#subtrees.push({ start, count, hash });
      start += count;
    }
    range.#end = start;
    return start === size ? range : undefined;
  }

  get end(): number {
    return this.#end;
  }

  /** The hashes of the subtrees, from left to right. */
  get edge(): readonly Digest[] {
    return this.#subtrees.map(({ hash }) => hash);
  }

  append(leaf: Digest): void {
    let last: Subtree = { start: this.#end, count: 1, hash: leaf };
    for (;;) {
      const left = this.#subtrees.at(-1);
      if (left === undefined || !isPair(left, last)) break;
      this.#subtrees.pop();
      last = { start: left.start, count: left.count * 2, hash: nodeHash(left.hash, last.hash) };
    }
    this.#subtrees.push(last);
    this.#end += 1;
  }

  copy(): TreeRange {
    const range = new TreeRange(this.start);
    range.#end = this.#end;
    range.#subtrees = [...this.#subtrees];
    return range;
  }

  /** A copy without the subtrees before `start`. */
  from(start: number): TreeRange {
    const range = new TreeRange(start);
    range.#subtrees = this.#subtrees.filter((each) => each.start >= start);
    range.#end = Math.max(start, this.#end);
    return range;
  }

  /** Root of the tree with the leaves of the range, which begins at 0. */
  root(): Digest {
    return this.hash(0, this.#end) ?? EMPTY_ROOT;
  }

  /** Hash over the leaves from `start` to `end`; undefined if subtrees of the range do not make them up. */
  hash(start: number, end: number): Digest | undefined {
    const parts = this.#subtrees.filter((each) => each.start >= start && each.start + each.count <= end);
    const count = parts.reduce((sum, each) => sum + each.count, 0);
    const last = parts.at(-1);
    if (last === undefined || count !== end - start) return undefined;
    return parts.slice(0, -1).reduceRight((right, { hash }) => nodeHash(hash, right), last.hash);
  }
}

/** True for the two halves of a complete subtree. */
function isPair(left: Subtree, right: Subtree): boolean {
  return left.count === right.count && left.start % (left.count * 2) === 0;
}

/** Largest power of two that is at most `count`. */
function largestWithin(count: number): number {
  let power = 1;
  while (power * 2 <= count) power *= 2;
  return power;
}
