import { readCheckpoint } from '../../../tlog/checkpoint.ts';
import { type Digest, isSame } from '../../../tlog/merkle.ts';
import type { TreeRange } from '../../../tlog/tree-range.ts';
import { lineBatches } from '../log-lines.ts';
import { leafOf, linkOf } from './chain-line.ts';
import { noteOf } from './note-of-line.ts';
import { stateBefore } from './recover-chain.ts';

/** Leaves of a tree. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The hashes of spans of a tree of `size` lines; undefined if the log is not the one whose checkpoint it has. */
export async function spanHashes(
  log: AsyncIterable<Buffer>,
  size: number,
  wanted: readonly Span[],
): Promise<readonly Digest[] | undefined> {
  let tree: TreeRange | undefined;
  let spans: readonly TreeRange[] = [];
  for await (const lines of lineBatches(log)) {
    for (const { bytes } of lines) {
      const link = bytes && linkOf(bytes);
      if (bytes === undefined || link === undefined) continue;
      if (tree === undefined) {
        tree = stateBefore(bytes)?.range;
        if (tree === undefined) return undefined;
        spans = beginnings(tree, wanted);
      }
      if (link.seq !== tree.end) continue;
      if (tree.end === size) return checked(tree, bytes, wanted, spans);
      const leaf = leafOf(bytes);
      for (const [index, { start, end }] of wanted.entries())
        if (tree.end >= start && tree.end < end) spans[index]?.append(leaf);
      tree.append(leaf);
    }
  }
  return undefined;
}

/** For each span the part of it that the beginning of a log has. */
function beginnings(tree: TreeRange, wanted: readonly Span[]): readonly TreeRange[] {
  return wanted.map(({ start }) => tree.from(start));
}

function checked(
  tree: TreeRange,
  checkpoint: Buffer,
  wanted: readonly Span[],
  spans: readonly TreeRange[],
): readonly Digest[] | undefined {
  const root = readCheckpoint(noteOf(checkpoint)).checkpoint?.root;
  if (root === undefined || !isSame(root, tree.root())) return undefined;
  const hashes = wanted.flatMap(({ start, end }, index) => spans[index]?.hash(start, end) ?? []);
  return hashes.length === wanted.length ? hashes : undefined;
}
