import { describeClass, makes, withRecipe } from '../../recipe/recipe.ts';
import { Opaque } from './boxed.ts';
import { type Cidr, firstIn, type IpAddress, lastIn, parseAnyCidr } from './ip.ts';

/**
 * Sorted blocks of one family, none within another. CIDR blocks are nested or disjoint, so that a binary search finds
 * the only one that can contain an address; a tree of prefixes would take as many steps and ten times the memory.
 */
interface Blocks {
  /** First and last addresses, of 1 word for IPv4 and 4 for IPv6 each. */
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

/** Any number of CIDR blocks, in which an address is looked up in a time that hardly grows with their number. */
export class CidrSet extends Opaque {
  readonly type = 'net.CIDRs';
  readonly ipv4: Blocks;
  readonly ipv6: Blocks;

  constructor(ipv4: Blocks, ipv6: Blocks) {
    super();
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  static of(blocks: readonly Cidr[]): CidrSet {
    const family = (width: number): Blocks =>
      sorted(
        blocks.filter(({ address }) => address.words.length === width),
        width,
      );
    return new CidrSet(family(1), family(4));
  }

  /** True if one of the blocks contains the address. */
  contains(ip: IpAddress): boolean {
    return this.#covers(ip.words, ip.words);
  }

  /** True if one of the blocks contains every address of the block. */
  containsCidr(block: Cidr): boolean {
    return this.#covers(firstIn(block), lastIn(block));
  }

  #covers(first: readonly number[], last: readonly number[]): boolean {
    const blocks = first.length === 1 ? this.ipv4 : this.ipv6;
    const at = lastUpTo(blocks.first, first);
    return at >= 0 && order(blocks.last, at, last) >= 0;
  }

  equals(other: Opaque): boolean {
    return (
      other instanceof CidrSet &&
      sameWords(this.ipv4.first, other.ipv4.first) &&
      sameWords(this.ipv4.last, other.ipv4.last) &&
      sameWords(this.ipv6.first, other.ipv6.first) &&
      sameWords(this.ipv6.last, other.ipv6.last)
    );
  }

  override toString(): string {
    const count = this.ipv4.first.length + this.ipv6.first.length / 4;
    return count === 1 ? '1 CIDR block' : `${count} CIDR blocks`;
  }
}

function sorted(blocks: readonly Cidr[], width: number): Blocks {
  const ranges = blocks
    .map((block) => ({ first: firstIn(block), last: lastIn(block), bits: block.bits }))
    .toSorted((a, b) => compareWords(a.first, b.first) || a.bits - b.bits);
  const kept: typeof ranges = [];
  for (const range of ranges) {
    const outer = kept.at(-1);
    if (outer === undefined || compareWords(outer.last, range.first) < 0) kept.push(range);
  }
  const joined = (part: 'first' | 'last'): Uint32Array => {
    const words = new Uint32Array(kept.length * width);
    for (const [at, range] of kept.entries()) words.set(range[part], at * width);
    return words;
  };
  return { first: joined('first'), last: joined('last') };
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Index of the last address that is not after `words`; -1 if there is none. */
function lastUpTo(addresses: Uint32Array, words: readonly number[]): number {
  let low = 0;
  let high = addresses.length / words.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(addresses, middle, words) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Order of the address with an index, and another one. */
function order(addresses: Uint32Array, index: number, words: readonly number[]): number {
  const from = index * words.length;
  for (let at = 0; at < words.length; at++) {
    const difference = (addresses[from + at] ?? 0) - (words[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sameWords(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at]);
}

/** Lists of blocks, or maps with blocks as keys, that are part of the data of a policy set. */
const prepared = new WeakMap<object, CidrSet>();

describeClass(
  'cel.CidrSet',
  CidrSet.prototype,
  ({ ipv4, ipv6 }) => [ipv4, ipv6],
  (ipv4: CidrSet['ipv4'], ipv6: CidrSet['ipv6']) => new CidrSet(ipv4, ipv6),
);

const BLOCKS = makes('cel.blocks', prepare);

/** The blocks of a list or map that was prepared. */
export function preparedCidrs(container: object): CidrSet | undefined {
  return prepared.get(container);
}

/**
 * Makes the blocks of a list or map once, for as long as it exists, here and in the process that serves. The texts
 * must be valid.
 */
export function prepareCidrs(container: readonly unknown[] | Readonly<Record<string, unknown>>): void {
  if (prepared.has(container)) return;
  const [texts, copy] = isList(container)
    ? [container, [...container]]
    : [Object.keys(container), { ...container }];
  const blocks = CidrSet.of(texts.flatMap((text) => parseAnyCidr(String(text)) ?? []));
  withRecipe(prepare(container, blocks), BLOCKS, [copy, blocks]);
}

function isList(container: object): container is readonly unknown[] {
  return Array.isArray(container);
}

function prepare<T extends object>(container: T, blocks: CidrSet): T {
  prepared.set(container, blocks);
  return container;
}
