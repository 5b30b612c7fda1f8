import type { JsonValue } from './attributes.ts';
import { readNumber } from './json-number.ts';

/** Position in a text that is known to be JSON. */
interface Reader {
  readonly text: string;
  at: number;
}

/**
 * The value of a text that is known to be JSON and within the limits of `parseJson`, with exact integers. Slower than
 * `JSON.parse`, which has no integers beyond 2^53.
 */
export function valueOf(text: string): JsonValue {
  return read({ text, at: 0 });
}

function read(reader: Reader): JsonValue {
  const code = skip(reader);
  if (code === 0x7b) return members(reader);
  if (code === 0x5b) return items(reader);
  if (code === 0x22) return text(reader);
  return word(reader);
}

function members(reader: Reader): JsonValue {
  const entries: [string, JsonValue][] = [];
  reader.at++;
  while (skip(reader) !== 0x7d) {
    const name = text(reader);
    skip(reader);
    reader.at++;
    entries.push([name, read(reader)]);
    if (skip(reader) === 0x2c) reader.at++;
  }
  reader.at++;
  // Defines own members, so that `__proto__` is a name as any other.
  return Object.fromEntries(entries);
}

function items(reader: Reader): JsonValue {
  const list: JsonValue[] = [];
  reader.at++;
  while (skip(reader) !== 0x5d) {
    list.push(read(reader));
    if (skip(reader) === 0x2c) reader.at++;
  }
  reader.at++;
  return list;
}

function text(reader: Reader): string {
  const start = reader.at;
  let isPlain = true;
  let at = start + 1;
  for (let code = reader.text.charCodeAt(at); code !== 0x22; code = reader.text.charCodeAt(at)) {
    if (code === 0x5c) isPlain = false;
    at += code === 0x5c ? 2 : 1;
  }
  reader.at = at + 1;
  return isPlain ? reader.text.slice(start + 1, at) : String(JSON.parse(reader.text.slice(start, at + 1)));
}

const WORDS: ReadonlyMap<string, JsonValue> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
] as const);

/** A number, `true`, `false` or `null`. */
function word(reader: Reader): JsonValue {
  const start = reader.at;
  while (isOfWord(reader.text.charCodeAt(reader.at))) reader.at++;
  const found = reader.text.slice(start, reader.at);
  const known = WORDS.get(found);
  return known === undefined ? readNumber(found) : known;
}

/** True for letters, digits, `+`, `-` and `.`; false for NaN, the end of the text. */
function isOfWord(code: number): boolean {
  return code >= 0x2b && code !== 0x2c && code !== 0x3a && code !== 0x5d && code !== 0x7d;
}

/** Skips white space, and returns the code unit after it. */
function skip(reader: Reader): number {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
    reader.at++;
  }
}
