import { type Digest, EMPTY_ROOT } from '../../../tlog/merkle.ts';
import { TreeRange } from '../../../tlog/tree-range.ts';

/** A tree of lines to its last line. */
export interface ChainState {
  /** Identity of the tree: the name of its key and a random part. */
  readonly origin: string;
  /** The lines. Its end is the number of the next line. */
  readonly range: TreeRange;
  /** Leaf hash of the last line; the root of the empty tree if there is none. */
  readonly last: Digest;
}

/** Number of random bytes of an origin. */
export const ORIGIN_BYTES = 12;

/** A tree without lines. */
export function newTree(name: string, random: Uint8Array): ChainState {
  const origin = `${name}/${Buffer.from(random).toString('hex')}`;
  return { origin, range: new TreeRange(), last: EMPTY_ROOT };
}
