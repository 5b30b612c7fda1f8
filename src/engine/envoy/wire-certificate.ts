import type { DecodeText } from './messages.ts';
import { percentDecoded } from './percent.ts';
import { contentAt } from './wire.ts';

interface Kept {
  /** Percent-encoded, as in the message. */
  readonly bytes: DataView;
  readonly pem: string;
}

/** Certificates that are kept, at most one for each value of a hash; together at most 2 MiB of bytes. */
const SLOTS = 256;
/** Longest certificate that is kept, in bytes; those of workloads have 1 to 3 KiB. */
const MAX_LENGTH = 8192;

const NOTHING: Kept = { bytes: new DataView(new ArrayBuffer(0)), pem: '' };
const kept: Kept[] = Array.from({ length: SLOTS }, () => NOTHING);

/**
 * The percent-decoded certificate with the length prefix at `at`; empty at 0. A peer sends many requests: comparing the
 * bytes with those of a certificate before costs an eighth of decoding them and finding the new text among the
 * certificates that were read.
 */
export function certificateAt(bytes: Uint8Array, at: number, decode: DecodeText): string {
  if (at === 0) return '';
  const { start, end } = contentAt(bytes, at);
  if (start === end) return '';
  if (end - start > MAX_LENGTH) return percentDecoded(decode(bytes, start, end));
  const slot = slotOf(bytes, start, end);
  const found = kept[slot] ?? NOTHING;
  if (areSame(bytes, start, end, found.bytes)) return found.pem;
  const pem = percentDecoded(decode(bytes, start, end));
  // A copy: the `slice` of a Buffer is a view, which would keep the whole message.
  kept[slot] = { bytes: new DataView(new Uint8Array(bytes.subarray(start, end)).buffer), pem };
  return pem;
}

/** Of 16 bytes of the signature, which are before the last line, `-----END%20CERTIFICATE-----%0A`. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - 56); at < end - 40; at++)
    hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  return (hash ^ (hash >>> 8)) & (SLOTS - 1);
}

/** Compares four bytes at once, which takes a quarter of the time of `isAt`. */
function areSame(bytes: Uint8Array, start: number, end: number, expected: DataView): boolean {
  const length = end - start;
  if (expected.byteLength !== length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  let at = 0;
  for (; at + 4 <= length; at += 4) if (view.getInt32(at) !== expected.getInt32(at)) return false;
  for (; at < length; at += 1) if (view.getUint8(at) !== expected.getUint8(at)) return false;
  return true;
}
