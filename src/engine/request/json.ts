import type { JsonValue } from './attributes.ts';
import { readNumber, UNFIT_NUMBER } from './json-number.ts';
import { valueOf } from './json-value-of.ts';
import { quickValue, withoutCase } from './quick-json.ts';

/** Maximum depth of nested arrays and objects; deeper texts are rejected. */
export const MAX_JSON_DEPTH = 64;

export type ParsedJson =
  | { readonly value: JsonValue; readonly problem?: undefined; readonly fault?: undefined }
  /** `problem` is one phrase with the error and its location, never a part of the text; `fault` has them separately. */
  | { readonly problem: string; readonly fault: Fault; readonly value?: undefined };

export interface JsonOptions {
  /** `doubles`: every number is the nearest double, for data whose numbers are not read. Default `exact`. */
  readonly numbers?: 'exact' | 'doubles';
  /**
   * True: two members of an object whose names differ only in case are a fault, as many parsers read them as one, and so
   * is half of a surrogate pair, which is not a character and is read in several ways (RFC 8259, section 8.2).
   */
  readonly refusesAmbiguity?: boolean;
}

/**
 * Parses a JSON text (RFC 8259) as `JSON.parse` does, with integers of 64 bits (`readNumber`). Also rejects texts that
 * parsers read differently: an object with a duplicate member, at any depth, more than `MAX_JSON_DEPTH` levels, and
 * numbers that lose digits. Linear, never throws; `__proto__` is a plain own key.
 */
export function parseJson(
  text: string,
  { numbers = 'exact', refusesAmbiguity = false }: JsonOptions = {},
): ParsedJson {
  const quick = quickValue(text, MAX_JSON_DEPTH, refusesAmbiguity);
  return quick === undefined ? parseClosely(text, numbers, refusesAmbiguity) : { value: quick };
}

/** As `parseJson`, character by character. */
export function parseClosely(
  text: string,
  numbers: JsonOptions['numbers'],
  refusesAmbiguity: boolean,
): ParsedJson {
  const isExact = numbers !== 'doubles';
  const scanner: Scanner = { text, at: 0, fault: undefined, isExact, refusesAmbiguity, isWide: false };
  const fault = scan(scanner);
  if (fault !== undefined) return { problem: `${fault.what} at ${location(text, fault.at)}`, fault };
  return { value: scanner.isWide ? valueOf(text) : (JSON.parse(text) as JsonValue) };
}

/** First error of a JSON text. */
interface Fault {
  /** One phrase, never a part of the text. */
  readonly what: string;
  /** Offset in UTF-16 units. */
  readonly at: number;
}

interface Scanner {
  readonly text: string;
  at: number;
  fault: Fault | undefined;
  readonly isExact: boolean;
  readonly refusesAmbiguity: boolean;
  /** True if a number is not a double. */
  isWide: boolean;
}

function scan(scanner: Scanner): Fault | undefined {
  if (value(scanner, 0)) {
    space(scanner);
    if (scanner.at < scanner.text.length) unexpected(scanner);
  }
  return scanner.fault;
}

/** `value`, `object`, `array`, `string` and `number` each read one production from `at`; false if `fault` is set. */
function value(scanner: Scanner, depth: number): boolean {
  space(scanner);
  const code = scanner.text.charCodeAt(scanner.at);
  if (code === 0x22) return string(scanner);
  if (code === 0x7b || code === 0x5b) {
    if (depth === MAX_JSON_DEPTH) return fail(scanner, `more than ${MAX_JSON_DEPTH} levels`, scanner.at);
    return code === 0x7b ? object(scanner, depth + 1) : array(scanner, depth + 1);
  }
  if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return number(scanner);
  for (const word of ['true', 'false', 'null']) {
    if (scanner.text.startsWith(word, scanner.at)) {
      scanner.at += word.length;
      return true;
    }
  }
  return unexpected(scanner);
}

function object(scanner: Scanner, depth: number): boolean {
  scanner.at++;
  const names = new Map<string, string>();
  if (closes(scanner, 0x7d)) return true;
  for (;;) {
    space(scanner);
    const start = scanner.at;
    if (scanner.text.charCodeAt(start) !== 0x22) return unexpected(scanner);
    if (!string(scanner)) return false;
    const name = memberName(scanner.text, start, scanner.at);
    const folded = scanner.refusesAmbiguity ? withoutCase(name) : name;
    const other = names.get(folded);
    if (other !== undefined) {
      const what = other === name ? 'the same member twice' : 'two members that differ only in case';
      return fail(scanner, what, start);
    }
    names.set(folded, name);
    space(scanner);
    if (scanner.text.charCodeAt(scanner.at) !== 0x3a) return unexpected(scanner);
    scanner.at++;
    if (!value(scanner, depth)) return false;
    if (closes(scanner, 0x7d)) return true;
    if (scanner.text.charCodeAt(scanner.at) !== 0x2c) return unexpected(scanner);
    scanner.at++;
  }
}

function array(scanner: Scanner, depth: number): boolean {
  scanner.at++;
  if (closes(scanner, 0x5d)) return true;
  for (;;) {
    if (!value(scanner, depth)) return false;
    if (closes(scanner, 0x5d)) return true;
    if (scanner.text.charCodeAt(scanner.at) !== 0x2c) return unexpected(scanner);
    scanner.at++;
  }
}

function string(scanner: Scanner): boolean {
  const { text } = scanner;
  for (let at = scanner.at + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      scanner.at = at + 1;
      return true;
    }
    if (code < 0x20) return fail(scanner, 'a control character', at);
    if (code !== 0x5c) continue;
    const length = escapeLength(text, at);
    if (length === 0) return fail(scanner, 'a broken escape', at);
    const half = scanner.refusesAmbiguity ? surrogateAt(text, at) : undefined;
    const isPair = half === 'high' && surrogateAt(text, at + length) === 'low';
    if (half !== undefined && !isPair) return fail(scanner, 'half of a surrogate pair', at);
    at += (isPair ? 2 * length : length) - 1;
  }
  return fail(scanner, 'an unexpected end', text.length);
}

/** The half of a surrogate pair that an escape is; undefined for any other text. */
function surrogateAt(text: string, at: number): 'high' | 'low' | undefined {
  if (text.charCodeAt(at) !== 0x5c || escapeLength(text, at) !== 6) return undefined;
  const unit = Number.parseInt(text.slice(at + 2, at + 6), 16);
  if (unit < 0xd800 || unit > 0xdfff) return undefined;
  return unit < 0xdc00 ? 'high' : 'low';
}

function escapeLength(text: string, at: number): number {
  const letter = text.charAt(at + 1);
  if (letter === 'u') return hasHexDigits(text, at + 2) ? 6 : 0;
  return letter !== '' && '"\\/bfnrt'.includes(letter) ? 2 : 0;
}

/** True if four hexadecimal digits begin there. */
function hasHexDigits(text: string, from: number): boolean {
  for (let at = from; at < from + 4; at++) if (!isHexDigit(text.charCodeAt(at))) return false;
  return true;
}

function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

function number(scanner: Scanner): boolean {
  const { text } = scanner;
  const start = scanner.at;
  let at = start;
  if (text.charCodeAt(at) === 0x2d) at++;
  const whole = digits(text, at);
  if (whole === at || (whole > at + 1 && text.charCodeAt(at) === 0x30))
    return fail(scanner, 'a malformed number', start);
  at = whole;
  if (text.charCodeAt(at) === 0x2e) {
    const fraction = digits(text, at + 1);
    if (fraction === at + 1) return fail(scanner, 'a malformed number', start);
    at = fraction;
  }
  const hasExponent = (text.charCodeAt(at) | 0x20) === 0x65;
  if (hasExponent) {
    const sign = text.charCodeAt(at + 1);
    const from = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
    const exponent = digits(text, from);
    if (exponent === from) return fail(scanner, 'a malformed number', start);
    at = exponent;
  }
  scanner.at = at;
  const isPlain = !hasExponent && at - start <= PLAIN_LENGTH;
  return isPlain || !scanner.isExact || fits(scanner, start);
}

/** Length up to which a number without exponent loses nothing as a double. */
const PLAIN_LENGTH = 15;

function fits(scanner: Scanner, start: number): boolean {
  const read = readNumber(scanner.text.slice(start, scanner.at));
  if (typeof read === 'string') return fail(scanner, UNFIT_NUMBER[read], start);
  if (typeof read === 'bigint') scanner.isWide = true;
  return true;
}

function digits(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at++;
  return at;
}

function memberName(text: string, start: number, end: number): string {
  const quoted = text.slice(start, end);
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

function closes(scanner: Scanner, bracket: number): boolean {
  space(scanner);
  if (scanner.text.charCodeAt(scanner.at) !== bracket) return false;
  scanner.at++;
  return true;
}

function space(scanner: Scanner): void {
  for (;;) {
    const code = scanner.text.charCodeAt(scanner.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    scanner.at++;
  }
}

function unexpected(scanner: Scanner): false {
  return fail(
    scanner,
    scanner.at < scanner.text.length ? 'an unexpected character' : 'an unexpected end',
    scanner.at,
  );
}

function fail(scanner: Scanner, what: string, at: number): false {
  scanner.fault = { what, at };
  return false;
}

/** Lines and columns count from 1, columns in code points. */
function location(text: string, at: number): string {
  let line = 1;
  let start = 0;
  for (let feed = text.indexOf('\n'); feed !== -1 && feed < at; feed = text.indexOf('\n', feed + 1)) {
    line++;
    start = feed + 1;
  }
  let column = 1;
  for (const _ of text.slice(start, at)) column++;
  return `line ${line}, column ${column}`;
}
