import {
  type Digest,
  EMPTY_ROOT,
  leafHash,
  leafHashIn,
  nodeHash,
  sha256,
  splitOf,
} from '../../src/tlog/merkle.ts';
import { consistencyProof, inclusionProof, isConsistent, rootOfInclusion } from '../../src/tlog/proof.ts';
import { TreeRange } from '../../src/tlog/tree-range.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The leaves and roots with which implementations of RFC 6962 are tested since the first one. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** The hash of RFC 6962, section 2.1, as it is written there. */
function reference(leaves: readonly Digest[]): Digest {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return nodeHash(reference(leaves.slice(0, split)), reference(leaves.slice(split)));
}

const MANY = Array.from({ length: 70 }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)));
const rootOf = (size: number): Digest => reference(MANY.slice(0, size));
const hashOf = (start: number, end: number): Digest => reference(MANY.slice(start, end));

function rangeOf(start: number, end: number): TreeRange {
  const range = new TreeRange(start);
  for (const leaf of MANY.slice(start, end)) range.append(leaf);
  return range;
}

test('the roots of the known trees are those of other implementations', () => {
  const range = new TreeRange();
  expect(hex(range.root())).toBe(ROOTS[0]);
  for (const [index, leaf] of LEAVES.entries()) {
    range.append(leafHash(Buffer.from(leaf, 'hex')));
    expect(hex(range.root())).toBe(ROOTS[index + 1]);
  }
});

test('a leaf is hashed within memory as by a copy, and the memory is as before', () => {
  const memory = Buffer.from('xabcy');
  expect(hex(leafHashIn(memory, 1, 4))).toBe(hex(leafHash(Buffer.from('abc'))));
  expect(memory.toString()).toBe('xabcy');
});

test('a tree continues from its edge', () => {
  for (let size = 0; size <= 40; size++) {
    const range = TreeRange.ofEdge(size, rangeOf(0, size).edge);
    for (const leaf of MANY.slice(size)) range?.append(leaf);
    expect(range?.root()).toEqual(rootOf(MANY.length));
  }
});

test('an edge of another size is not an edge', () => {
  const { edge } = rangeOf(0, 7);
  expect(edge).toHaveLength(3);
  for (const size of [0, 3, 6, 15]) expect(TreeRange.ofEdge(size, edge)).toBeUndefined();
});

test('every inclusion proof leads to the root, and to no other for another leaf, index, size or hash', () => {
  for (let size = 1; size <= 20; size++) {
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(index, size, hashOf);
      const leaf = hashOf(index, index + 1);
      expect(rootOfInclusion(leaf, index, size, proof)).toEqual(rootOf(size));
      expect(rootOfInclusion(sha256('other'), index, size, proof)).not.toEqual(rootOf(size));
      if (size > 1) expect(rootOfInclusion(leaf, (index + 1) % size, size, proof)).not.toEqual(rootOf(size));
      expect(rootOfInclusion(leaf, index, size, [...proof, leaf])).toBeUndefined();
      expect(rootOfInclusion(leaf, size, size, proof)).toBeUndefined();
    }
  }
});

test('every consistency proof holds, also if it is made of two ranges, and no changed one does', () => {
  for (let size = 1; size <= 20; size++) {
    for (let old = 0; old <= size; old++) {
      const [before, after] = [rangeOf(0, old), rangeOf(old, size)];
      const proof = consistencyProof(
        old,
        size,
        (start, end) => before.hash(start, end) ?? after.hash(start, end),
      );
      expect(proof).toEqual(consistencyProof(old, size, hashOf));
      const hashes = proof.filter((each) => each !== undefined);
      const [was, is] = [
        { size: old, root: rootOf(old) },
        { size, root: rootOf(size) },
      ];
      expect(isConsistent(was, is, hashes)).toBe(true);
      expect(isConsistent(was, is, [...hashes, sha256('more')])).toBe(false);
      for (const at of hashes.keys())
        expect(isConsistent(was, is, hashes.with(at, sha256('other')))).toBe(false);
      if (old > 0) expect(isConsistent({ ...was, root: sha256('other') }, is, hashes)).toBe(false);
      if (old > 0 && old < size) {
        expect(isConsistent(was, { ...is, root: sha256('other') }, hashes)).toBe(false);
        expect(isConsistent(was, is, [])).toBe(false);
      }
      expect(isConsistent(is, was, hashes)).toBe(old === size);
    }
  }
});
