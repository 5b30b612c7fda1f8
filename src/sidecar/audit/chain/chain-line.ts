import { type Digest, leafHash, leafHashIn, sha256 } from '../../../tlog/merkle.ts';

/** Place of a line in a chain. */
export interface Link {
  /** Number of the line in the tree, from 0. */
  readonly seq: number;
  /** Hexadecimal digits of the leaf hash of the line before; of the empty tree for the first line. */
  readonly prev: string;
}

/** Most bytes of an entry of a log (C2SP tlog-tiles). */
const MAX_ENTRY = 65_535;

/** The bytes that a line has in the tree: the line without its end; of a longer one than entries can be, its digest. */
function entryOf(line: Uint8Array): Uint8Array {
  return line.length <= MAX_ENTRY ? line : Buffer.from(`sha256:${hexOf(sha256(line))}`);
}

/** Leaf hash of a line without its end. */
export function leafOf(line: Uint8Array): Digest {
  return leafHash(entryOf(line));
}

/** As `leafOf`, of a part of `memory`, whose byte before `start` is changed during the call. */
export function leafIn(memory: Uint8Array, start: number, end: number): Digest {
  return end - start <= MAX_ENTRY ? leafHashIn(memory, start, end) : leafOf(memory.subarray(start, end));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** The end of a line: its place in the chain, the brace and the line feed. */
export function linkText({ seq, prev }: Link): string {
  return `,"seq":${seq},"prev":"sha256:${prev}"}\n`;
}

/** Most bytes of `linkText`. */
export const MAX_LINK = linkText({ seq: Number.MAX_SAFE_INTEGER, prev: '0'.repeat(64) }).length;

const LINK = /,"seq":(0|[1-9][0-9]{0,15}),"prev":"sha256:([0-9a-f]{64})"\}$/;

/** The place of a line without its end; undefined if it has none. */
export function linkOf(line: Uint8Array): Link | undefined {
  const start = Math.max(0, line.length - MAX_LINK);
  const end = Buffer.from(line.buffer, line.byteOffset + start, line.length - start).toString('latin1');
  const [, seq, prev] = LINK.exec(end) ?? [];
  return seq === undefined || prev === undefined || !Number.isSafeInteger(Number(seq))
    ? undefined
    : { seq: Number(seq), prev };
}
