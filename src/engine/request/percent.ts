/** Problems of the escapes of a path. */
export type EscapeTrouble =
  | 'an encoded slash'
  | 'an encoded backslash'
  | 'an encoded NUL'
  | 'a broken escape'
  | 'an overlong escape';

/**
 * Decodes the escapes of unreserved characters (RFC 3986 section 2.3) and writes the others in upper case. `trouble` is
 * the first escape that servers read differently, bytes that are not UTF-8 included, which some read as Latin-1.
 */
export function normalizeEscapes(path: string): {
  readonly path: string;
  readonly trouble: EscapeTrouble | undefined;
} {
  let trouble: EscapeTrouble | undefined;
  let out = '';
  let from = 0;
  for (let at = path.indexOf('%'); at !== -1; at = path.indexOf('%', at)) {
    const byte = byteAt(path, at);
    if (byte === -1) {
      trouble ??= 'a broken escape';
      at++;
      continue;
    }
    trouble ??= byteTrouble(byte);
    const length = byte < 0x80 ? 3 : sequenceLength(path, at, byte);
    if (length <= 0) trouble ??= length === OVERLONG ? 'an overlong escape' : 'a broken escape';
    const end = at + (length > 0 ? length : 3);
    out += path.slice(from, at);
    out += isUnreserved(byte) ? String.fromCharCode(byte) : path.slice(at, end).toUpperCase();
    from = end;
    at = end;
  }
  return { path: out + path.slice(from), trouble };
}

/**
 * True if `%25` starts a sequence that a further decoding turns into an encoded slash, backslash or NUL, a dot segment
 * or an overlong escape, at any number of encodings of the `%` itself. The path must come from `normalizeEscapes`.
 */
export function hidesEscape(path: string): boolean {
  for (let at = path.indexOf('%25'); at !== -1; at = path.indexOf('%25', at)) {
    const inner = afterPercents(path, at);
    const byte = hexAt(path, inner);
    if (byte === 0x2f || byte === 0x5c || byte === 0x00 || byte === 0xc0 || byte === 0xc1) return true;
    if (isOverlongSecond(byte, hiddenByte(path, inner + 2))) return true;
    at = inner;
  }
  return path.includes('%25') && path.split('/').some(isHiddenDotSegment);
}

/** Decodes one segment or value once; a text with broken escapes is returned unchanged. Linear, never throws. */
export function decodeOnce(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function byteTrouble(byte: number): EscapeTrouble | undefined {
  if (byte === 0x2f) return 'an encoded slash';
  if (byte === 0x5c) return 'an encoded backslash';
  return byte === 0 ? 'an encoded NUL' : undefined;
}

const BROKEN = 0;
const OVERLONG = -1;

/** Length in characters of the escapes of one UTF-8 sequence (RFC 3629), or BROKEN, or OVERLONG. */
function sequenceLength(path: string, at: number, lead: number): number {
  const second = byteAt(path, at + 3);
  if (lead === 0xc0 || lead === 0xc1 || isOverlongSecond(lead, second)) return OVERLONG;
  const bytes =
    lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) === 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (bytes === 0) return BROKEN;
  // Surrogates, and code points above U+10FFFF.
  if ((lead === 0xed && second >= 0xa0) || (lead === 0xf4 && second >= 0x90)) return BROKEN;
  for (let i = 1; i < bytes; i++) {
    const next = byteAt(path, at + 3 * i);
    if (next < 0x80 || next > 0xbf) return BROKEN;
  }
  return 3 * bytes;
}

function isOverlongSecond(lead: number, second: number): boolean {
  return (
    (lead === 0xe0 && second >= 0x80 && second < 0xa0) || (lead === 0xf0 && second >= 0x80 && second < 0x90)
  );
}

/** Offset after `%25`, `%2525`, `%252525` and so on at `at`. */
function afterPercents(path: string, at: number): number {
  let inner = at + 1;
  while (path.charCodeAt(inner) === 0x32 && path.charCodeAt(inner + 1) === 0x35) inner += 2;
  return inner;
}

function hiddenByte(path: string, at: number): number {
  return path.startsWith('%25', at) ? hexAt(path, afterPercents(path, at)) : -1;
}

function isHiddenDotSegment(segment: string): boolean {
  let at = 0;
  for (let dots = 0; dots <= 2; dots++) {
    if (at === segment.length) return dots > 0 && segment.includes('%');
    if (segment.charCodeAt(at) === 0x2e) at++;
    else if (hiddenByte(segment, at) === 0x2e) at = afterPercents(segment, at) + 2;
    else return false;
  }
  return false;
}

/** Byte of the escape that starts at `at`; -1 if none does. */
function byteAt(path: string, at: number): number {
  return path.charCodeAt(at) === 0x25 ? hexAt(path, at + 1) : -1;
}

function hexAt(path: string, at: number): number {
  const high = hexDigit(path.charCodeAt(at));
  const low = hexDigit(path.charCodeAt(at + 1));
  return high === -1 || low === -1 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isUnreserved(byte: number): boolean {
  const lower = byte | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return true;
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2e || byte === 0x5f || byte === 0x7e;
}
