import { lowerAscii } from './ascii.ts';
import { decodeOnce } from './percent.ts';

/**
 * Path whose query string has exactly these values for the names of `set`, and no parameter of a name of `remove`,
 * whichever parser reads it. Other parameters are unchanged and in their order, except that a `;`, which some parsers
 * take for a separator, becomes `%3B`. The set parameters come first: parsers ignore those after the thousandth.
 * An empty path (CONNECT) and `*` have no query string and are unchanged.
 */
export function rewriteQuery(
  path: string,
  set: ReadonlyMap<string, string>,
  remove: ReadonlySet<string>,
): string {
  if (path === '' || path === '*') return path;
  const names = new ParameterNames([...set.keys(), ...remove]);
  const start = path.indexOf('?');
  const sent = start === -1 || start === path.length - 1 ? [] : path.slice(start + 1).split('&');
  const kept = sent.filter((parameter) => !names.has(parameter)).map((each) => each.replaceAll(';', '%3B'));
  const own = Array.from(set, ([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const query = [...own, ...kept].join('&');
  const target = start === -1 ? path : path.slice(0, start);
  return query === '' ? target : `${target}?${query}`;
}

/** Everything but unreserved characters percent-encoded (RFC 3986 section 2.3); half a surrogate pair as U+FFFD. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Names of parameters, to find in every spelling that a common parser reads as one of them. */
export class ParameterNames {
  readonly #exact: ReadonlySet<string>;
  readonly #loose: Set<string>;
  /** Length of the shortest name: no spelling is shorter. */
  readonly #shortest: number;

  constructor(names: readonly string[]) {
    this.#exact = new Set(names);
    this.#loose = new Set(names.filter((name) => !/[[\]]/.test(name)).map(loose));
    this.#loose.delete('');
    this.#shortest = Math.min(...names.map((name) => name.length));
  }

  /** True if a raw `name=value` has one of the names. */
  has(parameter: string): boolean {
    const raw = rawName(parameter);
    if (raw.length < this.#shortest) return false;
    if (this.#exact.has(decodeName(raw))) return true;
    const name = looseName(raw);
    if (this.#loose.has(name)) return true;
    const bracket = name.indexOf('[');
    return (
      bracket !== -1 &&
      (this.#loose.has(name.slice(0, bracket)) || this.#loose.has(name.replaceAll('[', '_')))
    );
  }

  /** True if a raw `name=value` has one of the names as URLs define it. */
  hasExactly(parameter: string): boolean {
    return this.#exact.has(exactName(parameter));
  }
}

/** Name of a raw `name=value` as URLs define it: decoded once. */
export function exactName(parameter: string): string {
  return decodeName(rawName(parameter));
}

/** Text that is equal for names which some parser reads alike. */
export function foldedName(parameter: string): string {
  const folded = looseName(rawName(parameter));
  const bracket = folded.indexOf('[');
  return bracket === -1 ? folded : folded.slice(0, bracket);
}

/** False for a name with an escape that is broken or not of UTF-8. */
export function isClearName(parameter: string): boolean {
  const raw = rawName(parameter);
  return decodeName(raw) === decodeOnce(raw);
}

/** Name of a raw `name=value`, still encoded. */
function rawName(parameter: string): string {
  const equals = parameter.indexOf('=');
  return parameter.slice(0, equals === -1 ? parameter.length : equals).replaceAll('+', ' ');
}

/** `loose` of a name that is still encoded, however often. */
function looseName(raw: string): string {
  return loose(decodeName(raw.replaceAll(REPEATED_ENCODING, '%')));
}

/** `%25` before two hex digits: a parser that decodes twice reads an escape. */
const REPEATED_ENCODING = /%(?:25)+(?=[0-9a-f]{2})/gi;

/** Decodes once, as parsers of query strings do: broken escapes are unchanged, bytes that are not UTF-8 are U+FFFD. */
function decodeName(raw: string): string {
  return raw.includes('%') ? raw.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodeEscapes) : raw;
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** `decodeURIComponent` throws for bytes that are not UTF-8, which takes long if a query string has thousands. */
function decodeEscapes(escapes: string): string {
  const bytes: number[] = [];
  for (let at = 1; at < escapes.length; at += 3) bytes.push(Number.parseInt(escapes.slice(at, at + 2), 16));
  const isAscii = bytes.every((byte) => byte < 0x80);
  return isAscii
    ? bytes.map((byte) => String.fromCharCode(byte)).join('')
    : DECODER.decode(new Uint8Array(bytes));
}

/**
 * One text for all names that some parser reads alike, up to a bracket in them. ASP.NET ignores case and decodes
 * `%uXXXX`. PHP, Rails and the `qs` of Express read `role[]`, `role[0]` and `[role]` as `role`. PHP ends a name at NUL,
 * skips spaces before it, and writes `_` for a dot, a space and a bracket that is not closed. `URLSearchParams` skips
 * a second `?`.
 */
function loose(name: string): string {
  const code = name.includes('%') ? name.replaceAll(/%u([0-9a-f]{4})/gi, fromHex) : name;
  const begun = lowerAscii(code.replace(/^[?[\s]+/, ''));
  const end = begun.search(/[\]\0]/);
  return (end === -1 ? begun : begun.slice(0, end)).replaceAll(/[ .]/g, '_');
}

function fromHex(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
