import type { DecodeText } from './messages.ts';
import { prefixAt } from './wire.ts';

/** The text with the length prefix at `at`; empty at 0, which is the offset of an absent field. */
export function textAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  if (at === 0) return '';
  const prefix = prefixAt(bytes, at);
  const start = at + (prefix & 7);
  return prefix >>> 3 === 0 ? '' : decode(bytes, start, start + (prefix >>> 3));
}

/** As `textAt`, without the white space around it, which is not part of the value of a header (RFC 9110, section 5.5). */
export function trimmedTextAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  if (at === 0) return '';
  const prefix = prefixAt(bytes, at);
  let start = at + (prefix & 7);
  let end = start + (prefix >>> 3);
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return start === end ? '' : decode(bytes, start, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
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

/**
 * As `textAt`, for texts that requests have in common, such as hosts and principals: comparing the bytes with those of
 * the text before is cheaper than making another one, and maps find a text sooner that they have seen.
 */
export function commonTextAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  if (at === 0) return '';
  const prefix = prefixAt(bytes, at);
  const length = prefix >>> 3;
  if (length === 0) return '';
  const start = at + (prefix & 7);
  if (length > MAX_LENGTH) return decode(bytes, start, start + length);
  const slot = slotOf(bytes, start, length);
  const found = kept[slot] ?? NOTHING;
  if (isSame(found.bytes, bytes, start, length)) return found.text;
  const text = decode(bytes, start, start + length);
  // A copy: the `slice` of a Buffer is a view, which would keep the whole message.
  kept[slot] = { bytes: new Uint8Array(bytes.subarray(start, start + length)), text };
  return text;
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  let hash = length;
  // The ends of principals and hosts differ most.
  for (let at = Math.max(start, start + length - 6); at < start + length; at++) {
    hash = (hash * 31 + (bytes[at] ?? 0)) | 0;
  }
  return (hash ^ (hash >>> 9)) & (SLOTS - 1);
}

function isSame(text: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) if (text[index] !== bytes[start + index]) return false;
  return true;
}
