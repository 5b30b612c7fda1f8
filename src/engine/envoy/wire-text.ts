import { isSpace } from './headers.ts';
import type { DecodeText } from './messages.ts';
import { isAt, prefixAt } from './wire.ts';

/** The text with the length prefix at `at`; empty at 0, which is the offset of an absent field. */
export function textAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  if (at === 0) return '';
  const prefix = prefixAt(bytes, at);
  const start = at + (prefix & 7);
  return prefix >>> 3 === 0 ? '' : decode(bytes, start, start + (prefix >>> 3));
}

/** As `textAt`, without the white space around it, which is not part of the value of a header (RFC 9110, section 5.5). */
export function trimmedTextAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  return trimmed(bytes, at, decode, decode);
}

/** As `trimmedTextAt` and `commonTextAt`. */
export function trimmedCommonTextAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  return trimmed(bytes, at, decode, commonText);
}

/** Decoder of a text that is not empty. */
type Read = (bytes: Uint8Array, start: number, end: number, decode: DecodeText) => string;

function trimmed(bytes: Uint8Array, at: number, decode: DecodeText, read: Read): string {
  if (at === 0) return '';
  const prefix = prefixAt(bytes, at);
  let start = at + (prefix & 7);
  let end = start + (prefix >>> 3);
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return start === end ? '' : read(bytes, start, end, decode);
}

const SLOTS = 512;
/** Longest text that is kept, in bytes. */
const MAX_LENGTH = 128;

interface Kept {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const NOTHING: Kept = { bytes: new Uint8Array(0), text: '' };
const kept: Kept[] = Array.from({ length: SLOTS }, () => NOTHING);
/** Hash of the last text of each slot that was not kept: a text is kept when it comes again. */
const missed = new Int32Array(SLOTS);

/**
 * As `textAt`, for texts that requests have in common, such as hosts and principals: comparing the bytes with those of
 * the text before is cheaper than making another one, and maps find a text sooner that they have seen.
 */
export function commonTextAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  if (at === 0) return '';
  const prefix = prefixAt(bytes, at);
  const start = at + (prefix & 7);
  return prefix >>> 3 === 0 ? '' : commonText(bytes, start, start + (prefix >>> 3), decode);
}

function commonText(bytes: Uint8Array, start: number, end: number, decode: DecodeText): string {
  if (end - start > MAX_LENGTH) return decode(bytes, start, end);
  const hash = hashOf(bytes, start, end);
  const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1);
  const found = kept[slot] ?? NOTHING;
  if (isAt(bytes, start, end, found.bytes)) return found.text;
  const text = decode(bytes, start, end);
  // A copy: the `slice` of a Buffer is a view, which would keep the whole message.
  if (missed[slot] === hash) kept[slot] = { bytes: new Uint8Array(bytes.subarray(start, end)), text };
  else missed[slot] = hash;
  return text;
}

/** The ends of principals, hosts and paths differ most. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - 6); at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  return hash;
}
