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

/** A checkpoint that is part of the log. */
export interface Published {
  /** The signed checkpoint. */
  readonly note: string;
  /** The tree after the line of the checkpoint. */
  readonly state: ChainState;
  /** True if it is the last line of a file or of the process. */
  readonly isLast: boolean;
}

/** A tree that a process continues. */
export interface ChainBegin {
  readonly state: ChainState;
  /** Bytes of each unfinished line at the end of the log. */
  readonly unfinished: readonly number[];
  /** A tree that the log no longer has as a whole. */
  readonly previous?: { readonly origin: string; readonly size: number };
}

/** Number of random bytes of an origin. */
export const ORIGIN_BYTES = 12;

/** A tree without lines. */
export function newTree(name: string, random: Uint8Array): ChainState {
  const origin = `${name}/${Buffer.from(random).toString('hex')}`;
  return { origin, range: new TreeRange(), last: EMPTY_ROOT };
}
