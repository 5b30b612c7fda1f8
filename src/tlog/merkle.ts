import { hash } from 'node:crypto';

/** A SHA-256 digest: 32 bytes. */
export type Digest = Uint8Array;

/** Bytes of a digest. */
export const DIGEST_LENGTH = 32;

/** Root of the tree without leaves (RFC 6962, section 2.1). */
export const EMPTY_ROOT: Digest = sha256(new Uint8Array());

export function sha256(data: Uint8Array | string): Digest {
  return hash('sha256', data, 'buffer');
}

const LEAF = 0x00;
const NODE = 0x01;

/** Hash of a leaf (RFC 6962, section 2.1). */
export function leafHash(data: Uint8Array): Digest {
  const prefixed = new Uint8Array(data.length + 1);
  prefixed[0] = LEAF;
  prefixed.set(data, 1);
  return sha256(prefixed);
}

/**
 * As `leafHash`, of the bytes from `start` to `end` of `memory`, without a copy. The byte before `start`, which must
 * exist, is changed during the call.
 */
export function leafHashIn(memory: Uint8Array, start: number, end: number): Digest {
  const before = memory[start - 1] ?? 0;
  memory[start - 1] = LEAF;
  const digest = sha256(memory.subarray(start - 1, end));
  memory[start - 1] = before;
  return digest;
}

const pair = new Uint8Array(1 + 2 * DIGEST_LENGTH);
pair[0] = NODE;

/** Hash of a node with two children (RFC 6962, section 2.1). */
export function nodeHash(left: Digest, right: Digest): Digest {
  pair.set(left, 1);
  pair.set(right, 1 + DIGEST_LENGTH);
  return sha256(pair);
}

/** True if two digests are equal. They are public, so that the time of the comparison may depend on them. */
export function isSame(one: Digest, other: Digest): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Largest power of two below `count`, which is at least 2. */
export function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
