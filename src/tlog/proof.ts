import { type Digest, isSame, nodeHash, splitOf } from './merkle.ts';

/** Hash over the leaves from `start` to `end`, which are a node of the tree. */
export type HashOf<T> = (start: number, end: number) => T;

/** Most hashes of a proof: trees have fewer than 2^53 leaves. */
export const MAX_PROOF = 63;

/** The hashes that prove leaf `index` in a tree of `size` leaves, as ranges of leaves (RFC 6962, section 2.1.1). */
export function inclusionProof<T>(index: number, size: number, hashOf: HashOf<T>): readonly T[] {
  return pathOf(index, 0, size, hashOf);
}

function pathOf<T>(index: number, start: number, end: number, hashOf: HashOf<T>): readonly T[] {
  if (end - start <= 1) return [];
  const middle = start + splitOf(end - start);
  return index < middle
    ? [...pathOf(index, start, middle, hashOf), hashOf(middle, end)]
    : [...pathOf(index, middle, end, hashOf), hashOf(start, middle)];
}

/** The hashes that prove that a tree of `size` leaves continues one of `old` leaves (RFC 6962, section 2.1.2). */
export function consistencyProof<T>(old: number, size: number, hashOf: HashOf<T>): readonly T[] {
  return old === 0 ? [] : subProof(old, 0, size, true, hashOf);
}

function subProof<T>(
  old: number,
  start: number,
  end: number,
  isWhole: boolean,
  hashOf: HashOf<T>,
): readonly T[] {
  if (old === end) return isWhole ? [] : [hashOf(start, end)];
  const middle = start + splitOf(end - start);
  return old <= middle
    ? [...subProof(old, start, middle, isWhole, hashOf), hashOf(middle, end)]
    : [...subProof(old, middle, end, false, hashOf), hashOf(start, middle)];
}

/** Root of the tree that an inclusion proof leads to; undefined if the proof has another length than such proofs. */
export function rootOfInclusion(
  leaf: Digest,
  index: number,
  size: number,
  proof: readonly Digest[],
): Digest | undefined {
  if (index < 0 || index >= size) return undefined;
  const sides = pathOf(index, 0, size, (start) => (start > index ? 'right' : 'left'));
  if (sides.length !== proof.length) return undefined;
  return proof.reduce(
    (hash, each, at) => (sides[at] === 'right' ? nodeHash(hash, each) : nodeHash(each, hash)),
    leaf,
  );
}

/** True if the proof shows that the tree of `size` leaves with `root` continues that of `old` leaves with `oldRoot`. */
export function isConsistent(
  old: { readonly size: number; readonly root: Digest },
  { size, root }: { readonly size: number; readonly root: Digest },
  proof: readonly Digest[],
): boolean {
  if (old.size > size) return false;
  if (old.size === size) return proof.length === 0 && isSame(old.root, root);
  if (old.size === 0) return proof.length === 0;
  const roots = rootsOf(old, size, proof);
  return roots !== undefined && isSame(roots.old, old.root) && isSame(roots.now, root);
}

/** The roots that a consistency proof leads to. */
function rootsOf(
  old: { readonly size: number; readonly root: Digest },
  size: number,
  proof: readonly Digest[],
): { readonly old: Digest; readonly now: Digest } | undefined {
  const ranges = consistencyProof(old.size, size, (start, end) => ({ start, end }));
  // A complete old tree is a node of the new one, and the proof leaves its hash out.
  const isLeftOut = Number.isInteger(Math.log2(old.size));
  const hashes = isLeftOut ? [old.root, ...proof] : proof;
  const sides = isLeftOut ? [{ start: 0, end: old.size }, ...ranges] : ranges;
  const [first] = hashes;
  if (first === undefined || hashes.length !== sides.length) return undefined;
  let roots = { old: first, now: first };
  for (const [at, hash] of hashes.entries()) {
    if (at === 0) continue;
    const isRight = (sides[at]?.start ?? 0) >= old.size;
    roots = isRight
      ? { old: roots.old, now: nodeHash(roots.now, hash) }
      : { old: nodeHash(hash, roots.old), now: nodeHash(hash, roots.now) };
  }
  return roots;
}
