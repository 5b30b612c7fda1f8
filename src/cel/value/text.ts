/** First half of a surrogate pair. Most strings have one byte for each character and cannot contain any. */
const HIGH_SURROGATE = /[\ud800-\udbff]/;

/** Length in Unicode code points. */
export function lengthOf(text: string): number {
  if (!HIGH_SURROGATE.test(text)) return text.length;
  let length = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if (isPair(text, at)) {
      length--;
      at++;
    }
  }
  return length;
}

/** True if a code point of two UTF-16 units starts at `at`. */
function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** Order by code point, which differs from the order by UTF-16 unit: code points of two units come last. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Rank that puts surrogates after all other UTF-16 units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Position, in UTF-16 units, of the code point with this index; undefined if there are fewer. */
export function unitAt(text: string, index: number): number | undefined {
  let at = 0;
  for (let passed = 0; passed < index; passed++) {
    if (at >= text.length) return undefined;
    at += isPair(text, at) ? 2 : 1;
  }
  return at;
}

/** The code point that starts at a UTF-16 unit. */
export function codePointAt(text: string, unit: number): string {
  return isPair(text, unit) ? text.slice(unit, unit + 2) : text.charAt(unit);
}

/** Lower case of ASCII letters only: if the Kelvin sign became a `k`, a comparison could be bypassed. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

export function upperAscii(text: string): string {
  return /[a-z]/.test(text) ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : text;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The string that bytes encode; undefined if they are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Below, at or above zero, byte by byte; a beginning of the other comes before it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  const digits = new Uint8Array(bytes.length * 2);
  let at = 0;
  for (const byte of bytes) {
    digits[at++] = DIGITS.charCodeAt(byte >> 4);
    digits[at++] = DIGITS.charCodeAt(byte & 15);
  }
  return decoder.decode(digits);
}

const DIGITS = '0123456789abcdef';

/** The bytes that a hex string encodes, in upper or lower case; undefined if it is not valid. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** RFC 4648 section 4, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += SLICE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  }
  return btoa(binary);
}

/** Arguments of one call, which the stack holds. */
const SLICE = 4096;

/** The bytes of a well-formed base64 text, with or without padding; bits after the last byte are dropped. */
export function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

export function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
