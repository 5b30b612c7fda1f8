import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';

type Test = (value: JsonValue) => boolean;

const TYPES: ReadonlySet<JsonValue> = new Set([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
]);

const isText: Test = (value) => typeof value === 'string';
const isFlag: Test = (value) => typeof value === 'boolean';
const isNumber: Test = (value) => typeof value === 'number';
const isCount: Test = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isList: Test = (value) => isJsonList(value);
const isAnything: Test = () => true;
const isType: Test = (value) =>
  isJsonList(value)
    ? value.length > 0 && value.every((each) => TYPES.has(each)) && isUnique(value)
    : TYPES.has(value);
const isTexts: Test = (value) => isJsonList(value) && value.every(isText) && isUnique(value);
const isSchemas: Test = (value) => isJsonList(value) && value.length > 0 && value.every(isPlainSchema);
const isMapping: Test = (value) =>
  isJsonObject(value) && Object.values<JsonValue>(value).every(isPlainSchema);

/** Keywords that most schemas are made of, each with a test of its value that is at least as strict as draft 2020-12. */
const KEYWORDS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['$schema', (value) => value === 'https://json-schema.org/draft/2020-12/schema'],
  ['$id', (value) => typeof value === 'string' && !value.includes('#')],
  ['$ref', isText],
  ['$comment', isText],
  ['$defs', isMapping],
  ['title', isText],
  ['description', isText],
  ['default', isAnything],
  ['deprecated', isFlag],
  ['readOnly', isFlag],
  ['writeOnly', isFlag],
  ['examples', isList],
  ['type', isType],
  ['const', isAnything],
  ['enum', isList],
  ['multipleOf', (value) => typeof value === 'number' && value > 0],
  ['maximum', isNumber],
  ['exclusiveMaximum', isNumber],
  ['minimum', isNumber],
  ['exclusiveMinimum', isNumber],
  ['maxLength', isCount],
  ['minLength', isCount],
  ['pattern', isText],
  ['format', isText],
  ['maxItems', isCount],
  ['minItems', isCount],
  ['uniqueItems', isFlag],
  ['maxContains', isCount],
  ['minContains', isCount],
  ['maxProperties', isCount],
  ['minProperties', isCount],
  ['required', isTexts],
  ['properties', isMapping],
  ['patternProperties', isMapping],
  ['dependentSchemas', isMapping],
  ['additionalProperties', isPlainSchema],
  ['propertyNames', isPlainSchema],
  ['unevaluatedProperties', isPlainSchema],
  ['items', isPlainSchema],
  ['prefixItems', isSchemas],
  ['contains', isPlainSchema],
  ['unevaluatedItems', isPlainSchema],
  ['allOf', isSchemas],
  ['anyOf', isSchemas],
  ['oneOf', isSchemas],
  ['not', isPlainSchema],
  ['if', isPlainSchema],
  ['then', isPlainSchema],
  ['else', isPlainSchema],
]);

/**
 * True if a schema has only well-known keywords with values that draft 2020-12 permits. Such a schema is valid by the
 * schema of schemas, whose compilation takes longer than that of all policies of a small folder. False says nothing.
 */
export function isPlainSchema(schema: JsonValue): boolean {
  if (typeof schema === 'boolean') return true;
  if (!isJsonObject(schema)) return false;
  return Object.entries<JsonValue>(schema).every(
    ([keyword, value]) => KEYWORDS.get(keyword)?.(value) === true,
  );
}

function isUnique(values: readonly JsonValue[]): boolean {
  return new Set(values).size === values.length;
}
