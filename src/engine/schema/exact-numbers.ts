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

/** Keywords that compare numbers, with the function of each. */
export const NUMBER_KEYWORDS = NUMBERS.map(([keyword, words, fits]) => ({
  keyword,
  words,
  validate: named<Keyword>(`schema.${keyword}`, (limit, data, _schema, location) => {
    const value = exactValue(data, location);
    return isNumber(value) && isNumber(limit) && fits(value, limit);
  }),
}));

/** Function of `const`. */
export const isConst = named<Keyword>('schema.const', (wanted, data, _schema, location) =>
  equals(wanted, exactValue(data, location)),
);

/** Function of `enum`. */
export const isInEnum = named<Keyword>('schema.enum', (wanted, data, _schema, location) => {
  const value = exactValue(data, location);
  return isJsonList(wanted) && wanted.some((each) => equals(each, value));
});

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
