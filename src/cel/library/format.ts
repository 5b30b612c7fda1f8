import { TypeValue } from '../value/boxed.ts';
import { MAX_NESTING } from '../value/compare.ts';
import { Duration, formatDuration } from '../value/duration.ts';
import { fail } from '../value/failure.ts';
import type { Kind } from '../value/kind.ts';
import { isMap, keysOf, lookup } from '../value/map.ts';
import { isDouble, isInt, isNumeric, magnitude, numberOf, Uint } from '../value/number.ts';
import { decodeUtf8, encodeUtf8, hexOf } from '../value/text.ts';
import { formatTimestamp, Timestamp } from '../value/timestamp.ts';
import { TextBuilder } from './build.ts';
import { formatFixed, formatPlain, formatScientific } from './double-text.ts';
import type { Parsed } from './function.ts';

/** Parsed format: literal strings, and clauses that take one value each. */
export type Format = readonly (string | Clause)[];

interface Clause {
  readonly verb: Verb;
  /** Digits after the decimal point. */
  readonly precision: number;
}

type Verb = 's' | 'd' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X';

const CLAUSE = /%(?:(%)|(?:\.([0-9]{1,4}))?([sdfeboxX]))/y;
const DEFAULT_PRECISION = 6;
const MAX_PRECISION = 100;

/** The parsed format; fails if it is not valid. */
export function parseFormat(text: string): Format {
  const { value } = compileFormat(text);
  return (value as Format | undefined) ?? fail('bad_format');
}

/** As `parseFormat`, for a format that is a literal. */
export function compileFormat(text: string): Parsed {
  const parts: (string | Clause)[] = [];
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    if (percent !== at) {
      parts.push(text.slice(at, percent < 0 ? text.length : percent));
      at = percent < 0 ? text.length : percent;
      continue;
    }
    CLAUSE.lastIndex = at;
    const [all = '', escaped, digits, verb] = CLAUSE.exec(text) ?? [];
    const precision = digits === undefined ? DEFAULT_PRECISION : Number(digits);
    if (all === '' || precision > MAX_PRECISION) return badClause(text, at, precision);
    parts.push(escaped ?? { verb: verb as Verb, precision });
    at += all.length;
  }
  return { value: parts };
}

function badClause(text: string, at: number, precision: number): Parsed {
  if (precision > MAX_PRECISION) {
    return { problem: `a format has at most ${MAX_PRECISION} digits after the decimal point` };
  }
  const [clause = '%'] = /^%(?:\.[0-9]*)?.?/su.exec(text.slice(at)) ?? [];
  return {
    problem: `\`${clause}\` is not a valid clause of a format`,
    help: 'valid clauses are `%s`, `%d`, `%f`, `%e`, `%b`, `%o`, `%x` and `%X`; a percent sign is `%%`',
  };
}

/** Types that each clause takes. */
const ACCEPTED: Readonly<Record<Verb, readonly Kind[]>> = {
  s: [
    'null',
    'bool',
    'int',
    'uint',
    'double',
    'string',
    'bytes',
    'list',
    'map',
    'timestamp',
    'duration',
    'type',
  ],
  d: ['int', 'uint', 'double'],
  f: ['int', 'uint', 'double'],
  e: ['int', 'uint', 'double'],
  b: ['bool', 'int', 'uint'],
  o: ['int', 'uint'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
};

/** Clauses of a format as written, with the types that they take. */
export function clausesOf(
  parts: Format,
): readonly { readonly verb: string; readonly accepted: readonly Kind[] }[] {
  return parts
    .filter((part) => typeof part !== 'string')
    .map(({ verb }) => ({ verb, accepted: ACCEPTED[verb] }));
}

/** The format with values in place of its clauses. Fails if a clause does not take the type of its value. */
export function format(parts: Format, values: readonly unknown[]): string {
  const text = new TextBuilder();
  let used = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      text.add(part);
    } else {
      if (used >= values.length) fail('bad_format');
      write(text, part, values[used]);
      used++;
    }
  }
  return text.build();
}

function write(text: TextBuilder, { verb, precision }: Clause, value: unknown): void {
  switch (verb) {
    case 's':
      writeValue(text, value, MAX_NESTING);
      break;
    case 'd':
      text.add(decimal(value) ?? fail('bad_format'));
      break;
    case 'f':
      text.add(fraction(value, (number) => formatFixed(number, precision)));
      break;
    case 'e':
      text.add(fraction(value, (number) => formatScientific(number, precision)));
      break;
    case 'b':
      text.add(typeof value === 'boolean' ? String(Number(value)) : digits(value, 2));
      break;
    case 'o':
      text.add(digits(value, 8));
      break;
    default:
      text.add(verb === 'X' ? hexadecimal(value).toUpperCase() : hexadecimal(value));
  }
}

function decimal(value: unknown): string | undefined {
  if (isInt(value)) return String(value);
  if (value instanceof Uint) return String(value.value);
  return isDouble(value) ? formatPlain(numberOf(value)) : undefined;
}

function fraction(value: unknown, show: (number: number) => string): string {
  if (!isNumeric(value)) fail('bad_format');
  const number = Number(magnitude(value));
  return Number.isFinite(number) ? show(number) : String(number);
}

function digits(value: unknown, base: number): string {
  if (isInt(value)) return value.toString(base);
  return value instanceof Uint ? value.value.toString(base) : fail('bad_format');
}

function hexadecimal(value: unknown): string {
  if (typeof value === 'string') return hexOf(encodeUtf8(value));
  return value instanceof Uint8Array ? hexOf(value) : digits(value, 16);
}

function writeValue(text: TextBuilder, value: unknown, depth: number): void {
  if (depth === 0) fail('too_deep');
  if (Array.isArray(value)) {
    text.add('[');
    value.forEach((element, index) => {
      if (index > 0) text.add(', ');
      writeValue(text, element, depth - 1);
    });
    text.add(']');
  } else if (isMap(value)) {
    writeMap(text, value, depth);
  } else {
    text.add(simple(value));
  }
}

/** Entries are sorted by the written form of their keys. */
function writeMap(text: TextBuilder, map: Parameters<typeof keysOf>[0], depth: number): void {
  const entries = keysOf(map).map((key) => [simple(key), lookup(map, key)] as const);
  text.add('{');
  entries
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .forEach(([key, value], index) => {
      text.add(index > 0 ? `, ${key}: ` : `${key}: `);
      writeValue(text, value, depth - 1);
    });
  text.add('}');
}

function simple(value: unknown): string {
  const number = decimal(value);
  if (number !== undefined) return number;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || value === null) return String(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint8Array) return decodeUtf8(value) ?? fail('bad_utf8');
  return fail('bad_format');
}
