import type { JsonValue } from './attributes.ts';

/** Properties of a text that decide if the plain parser reads it exactly. */
interface Found {
  /** Colons outside of strings: members, counting every one of the same name. */
  colons: number;
  /** True if a member name may differ from another only in case. */
  hasCase: boolean;
}

/** Digits up to which a number without exponent loses nothing as a double. */
const PLAIN_DIGITS = 15;

/**
 * The value of a JSON text that `JSON.parse` reads exactly as `parseJson` promises; undefined for a text that is not
 * JSON, and for one that needs a closer look: with escapes of characters, long numbers, too many levels, or members that
 * may be the same. The parser itself is the fastest there is, and objects forget the second of two members of a name, so
 * that the colons of the text are compared with the members of the value.
 */
export function quickValue(text: string, depth: number, refusesAmbiguity: boolean): JsonValue | undefined {
  const found: Found = { colons: 0, hasCase: false };
  if (!isSimple(text, depth, found)) return undefined;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  return membersOf(value, refusesAmbiguity && found.hasCase) === found.colons ? value : undefined;
}

/** False for a text that needs a closer look. True says nothing of one that is not JSON. */
function isSimple(text: string, depth: number, found: Found): boolean {
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at, found);
      if (at < 0) return false;
    } else if (code === 0x3a) found.colons++;
    else if ((code & 0xdf) === 0x5b) {
      if (++level > depth) return false;
    } else if ((code & 0xdf) === 0x5d) level--;
    else if (code >= 0x30 && code <= 0x39) {
      at = endOfNumber(text, at);
      if (at < 0) return false;
    }
  }
  return true;
}

/** The offset of the quote that ends a string; -1 if there is none, and after an escape of a character by its code. */
function endOfString(text: string, from: number, found: Found): number {
  let hasCase = false;
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      // After white space it may be a name as well.
      if (hasCase && text.charCodeAt(at + 1) <= 0x3a && text.charCodeAt(at + 1) !== 0x2c)
        found.hasCase = true;
      return at;
    }
    if (code >= 0x80 || (code >= 0x41 && code <= 0x5a)) hasCase = true;
    if (code !== 0x5c) continue;
    at++;
    if (text.charCodeAt(at) === 0x75) return -1;
  }
  return -1;
}

/** The offset of the last character of a number; -1 for one that may lose digits as a double. */
function endOfNumber(text: string, from: number): number {
  let at = from;
  for (let code = 0x30; (code >= 0x30 && code <= 0x39) || code === 0x2e; code = text.charCodeAt(at)) at++;
  return (text.charCodeAt(at) | 0x20) === 0x65 || at - from > PLAIN_DIGITS ? -1 : at - 1;
}

/** Number of members at all depths; -1 or less if two of one object may differ only in case. */
function membersOf(value: JsonValue, comparesCase: boolean): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[])
      if (typeof item === 'object' && item !== null) count += membersOf(item, comparesCase);
    return count;
  }
  const names = Object.keys(value);
  if (comparesCase && new Set(names.map(withoutCase)).size < names.length) return Number.NEGATIVE_INFINITY;
  count = names.length;
  for (const name of names) {
    const member = (value as Readonly<Record<string, JsonValue>>)[name];
    if (typeof member === 'object' && member !== null) count += membersOf(member, comparesCase);
  }
  return count;
}

/** Names that are equal for parsers that compare without regard to case, as by Unicode case folding. */
export function withoutCase(name: string): string {
  // oxlint-disable-next-line no-control-regex -- all of ASCII but upper case letters
  return /^[\u0000-@[-\u007f]*$/.test(name) ? name : name.toUpperCase().toLowerCase();
}
