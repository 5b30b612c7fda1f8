import type { Ajv2020, KeywordCxt } from 'ajv/dist/2020.js';
import { _, type Code, str } from 'ajv/dist/2020.js';
import { named } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import type { JsonNumber } from '../request/json-number.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { isMultiple } from './multiple-of.ts';
import { type DataLocation, exactValue } from './wide-integers.ts';

/** Function of a keyword: the value of the keyword, the data, the schema around the keyword, the location of the data. */
type Keyword = (wanted: JsonValue, data: JsonValue, schema?: unknown, location?: DataLocation) => boolean;

type Compare = (value: JsonNumber, limit: JsonNumber) => boolean;

/** Keywords for numbers, with the words of a denial before the limit. */
const NUMBERS: readonly (readonly [string, string, Compare])[] = [
  ['minimum', '>=', (value, limit) => value >= limit],
  ['maximum', '<=', (value, limit) => value <= limit],
  ['exclusiveMinimum', '>', (value, limit) => value > limit],
  ['exclusiveMaximum', '<', (value, limit) => value < limit],
  ['multipleOf', 'a multiple of', isMultiple],
];

const NUMBER_KEYWORDS = NUMBERS.map(([keyword, words, fits]) => ({
  keyword,
  words,
  validate: named<Keyword>(`schema.${keyword}`, (limit, data, _schema, location) => {
    const value = exactValue(data, location);
    return isNumber(value) && isNumber(limit) && fits(value, limit);
  }),
}));

const isConst = named<Keyword>('schema.const', (wanted, data, _schema, location) =>
  equals(wanted, exactValue(data, location)),
);

const isInEnum = named<Keyword>('schema.enum', (wanted, data, _schema, location) => {
  const value = exactValue(data, location);
  return isJsonList(wanted) && wanted.some((each) => equals(each, value));
});

/**
 * Replaces the keywords that compare numbers: the library compares doubles, and takes the remainder of doubles for
 * `multipleOf`. Values of keywords may be integers of 64 bits.
 */
export function addExactNumbers(ajv: Ajv2020): void {
  for (const { keyword, words, validate } of NUMBER_KEYWORDS) {
    ajv.removeKeyword(keyword);
    const message = ({ schemaCode }: Pick<KeywordCxt, 'schemaCode'>): Code =>
      str`must be ${words} ${schemaCode}`;
    ajv.addKeyword({ keyword, type: 'number', validate, error: { message } });
  }
  ajv.removeKeyword('const');
  ajv.addKeyword({ keyword: 'const', validate: isConst, error: { message: 'must be equal to constant' } });
  ajv.removeKeyword('enum');
  ajv.addKeyword({
    keyword: 'enum',
    validate: isInEnum,
    error: {
      message: 'must be equal to one of the allowed values',
      params: ({ schemaCode }) => _`{allowedValues: ${schemaCode}}`,
    },
  });
}

function isNumber(value: JsonValue): value is JsonNumber {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Equality of JSON Schema (draft 2020-12, section 4.2.2): numbers by value, which has one form, members in any order. */
function equals(a: JsonValue, b: JsonValue): boolean {
  if (isJsonList(a) && isJsonList(b)) {
    return a.length === b.length && a.every((item, index) => equals(item, b[index] ?? null));
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const names = Object.keys(a);
    if (names.length !== Object.keys(b).length) return false;
    return names.every((name) => Object.hasOwn(b, name) && equals(a[name] ?? null, b[name] ?? null));
  }
  return a === b;
}
