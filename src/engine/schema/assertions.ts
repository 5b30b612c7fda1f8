import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject, jsonText } from '../request/json-value.ts';
import { isConst, isInEnum, NUMBER_KEYWORDS } from './exact-numbers.ts';
import { fitsFormat } from './formats.ts';
import { hasUniqueItems } from './unique-items.ts';

/** Maximum characters of a value of the schema in a message. */
const MAX_SHOWN = 200;

/** A keyword that looks at a value alone. */
export interface Assertion {
  readonly fits: (wanted: JsonValue, value: JsonValue) => boolean;
  /** Predicate of the expectation, for "`/a` must ...". */
  readonly words: (wanted: JsonValue) => string;
}

const TYPES: Readonly<
  Record<string, { readonly words: string; readonly has: (value: JsonValue) => boolean }>
> = {
  object: { words: 'an object', has: isJsonObject },
  array: { words: 'a list', has: isJsonList },
  string: { words: 'a string', has: (value) => typeof value === 'string' },
  number: { words: 'a number', has: isNumber },
  integer: { words: 'an integer', has: (value) => typeof value === 'bigint' || Number.isInteger(value) },
  boolean: { words: 'true or false', has: (value) => typeof value === 'boolean' },
  null: { words: 'null', has: (value) => value === null },
};

/** The assertions of 2020-12, except those whose error has a place of its own. */
export const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map<string, Assertion>([
  [
    'type',
    {
      fits: (wanted, value) => namesOf(wanted).some((name) => TYPES[name]?.has(value) === true),
      words: (wanted) =>
        `be ${joined(
          namesOf(wanted).map((name) => TYPES[name]?.words ?? name),
          'or',
        )}`,
    },
  ],
  ['const', { fits: (wanted, value) => isConst(wanted, value), words: (wanted) => `be ${shown([wanted])}` }],
  [
    'enum',
    {
      fits: (wanted, value) => isInEnum(wanted, value),
      words: (wanted) => `be one of ${shown(isJsonList(wanted) ? wanted : [])}`,
    },
  ],
  ...NUMBER_KEYWORDS.map(({ keyword, words, validate }): [string, Assertion] => [
    keyword,
    {
      fits: (wanted, value) => !isNumber(value) || validate(wanted, value),
      words: (wanted) => `be ${words} ${jsonText(wanted)}`,
    },
  ]),
  [
    'minLength',
    {
      fits: (wanted, value) => lengthOf(value, wanted) >= 0,
      words: (wanted) => `have at least ${counted(wanted, 'character')}`,
    },
  ],
  [
    'maxLength',
    {
      fits: (wanted, value) => lengthOf(value, wanted) <= 0,
      words: (wanted) => `have at most ${counted(wanted, 'character')}`,
    },
  ],
  [
    'minItems',
    {
      fits: (wanted, value) => sizeOf(value, wanted, isJsonList) >= 0,
      words: (wanted) => `have at least ${counted(wanted, 'item')}`,
    },
  ],
  [
    'maxItems',
    {
      fits: (wanted, value) => sizeOf(value, wanted, isJsonList) <= 0,
      words: (wanted) => `have at most ${counted(wanted, 'item')}`,
    },
  ],
  [
    'minProperties',
    {
      fits: (wanted, value) => sizeOf(value, wanted, isJsonObject) >= 0,
      words: (wanted) => `have at least ${counted(wanted, 'member')}`,
    },
  ],
  [
    'maxProperties',
    {
      fits: (wanted, value) => sizeOf(value, wanted, isJsonObject) <= 0,
      words: (wanted) => `have at most ${counted(wanted, 'member')}`,
    },
  ],
  [
    'uniqueItems',
    {
      fits: (wanted, value) => wanted !== true || !isJsonList(value) || hasUniqueItems(value),
      words: () => 'not have the same item twice',
    },
  ],
  [
    'format',
    {
      fits: (wanted, value) => typeof wanted !== 'string' || fitsFormat(wanted, value),
      words: (wanted) => `be of format \`${written(wanted)}\``,
    },
  ],
]);

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function namesOf(wanted: JsonValue): readonly string[] {
  return (isJsonList(wanted) ? wanted : [wanted]).map(written);
}

/** The code points of a text, less those wanted; 0 for any other value. */
function lengthOf(value: JsonValue, wanted: JsonValue): number {
  return typeof value === 'string' ? ucs2length.default(value) - Number(wanted) : 0;
}

/** The parts of a list or object, less those wanted; 0 for any other value. */
function sizeOf(value: JsonValue, wanted: JsonValue, has: (value: JsonValue) => boolean): number {
  return has(value) ? Object.keys(value ?? {}).length - Number(wanted) : 0;
}

function counted(count: JsonValue, noun: string): string {
  return `${jsonText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Values of the schema as JSON, cut to a length that can be shown. */
function shown(values: readonly JsonValue[]): string {
  const text = values.map(jsonText).join(', ');
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

function joined(words: readonly string[], last: string): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

/** A text of the schema as it is, and any other value as JSON. */
export function written(value: JsonValue): string {
  return typeof value === 'string' ? value : jsonText(value);
}
