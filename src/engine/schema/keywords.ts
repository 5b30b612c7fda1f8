import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { DIALECT_NAMES, type Dialect, type DialectName } from './dialects.ts';

/** Values that a keyword takes. */
interface Shape {
  /** Noun of the expectation, for "`type` must be ...". */
  readonly words: string;
  readonly fits: (value: JsonValue) => boolean;
  /** Schemas in the value: itself, its items, its members, or whichever of these it has. */
  readonly holds?: 'schema' | 'list' | 'map' | 'either';
}

export interface Keyword extends Shape {
  /** Places in `DIALECT_NAMES` of the first and last dialect that have it. */
  readonly first: number;
  readonly last: number;
  /** True for a keyword that constrains nothing. */
  readonly isAnnotation: boolean;
}

/** Names of all types. */
export const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
const isText = (value: JsonValue): value is string => typeof value === 'string';
const isNumber = (value: JsonValue): boolean => typeof value === 'number' || typeof value === 'bigint';
const isType = (value: JsonValue): boolean => isText(value) && TYPES.includes(value);
const isSchema = (value: JsonValue): boolean => typeof value === 'boolean' || isJsonObject(value);
const isTexts = (value: JsonValue): boolean =>
  isJsonList(value) && value.every(isText) && new Set(value).size === value.length;

const SCHEMA: Shape = { words: 'a schema (an object or a boolean)', fits: isSchema, holds: 'schema' };
const SCHEMAS: Shape = {
  words: 'a list of at least one schema',
  fits: (value) => isJsonList(value) && value.length > 0,
  holds: 'list',
};
const MAPPING: Shape = { words: 'an object with schemas', fits: isJsonObject, holds: 'map' };
const ITEMS: Shape = {
  words: 'a schema or a list of schemas',
  fits: (value) => isSchema(value) || isJsonList(value),
  holds: 'either',
};
const DEPENDENCIES: Shape = {
  words: 'an object with schemas and lists of names',
  fits: (value) =>
    isJsonObject(value) && Object.values<JsonValue>(value).every((each) => isSchema(each) || isTexts(each)),
  holds: 'map',
};
const ANY: Shape = { words: 'anything', fits: () => true };
const TEXT: Shape = { words: 'a text', fits: isText };
const FLAG: Shape = { words: 'true or false', fits: (value) => typeof value === 'boolean' };
const NUMBER: Shape = { words: 'a number', fits: isNumber };
const POSITIVE: Shape = {
  words: 'a number above 0',
  fits: (value) => (typeof value === 'number' || typeof value === 'bigint') && value > 0,
};
const COUNT: Shape = {
  words: 'a whole number, 0 or more',
  fits: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
};
const LIST: Shape = { words: 'a list', fits: isJsonList };
const TEXTS: Shape = { words: 'a list of different names', fits: isTexts };
const NAMES: Shape = {
  words: 'an object with lists of different names',
  fits: (value) => isJsonObject(value) && Object.values<JsonValue>(value).every(isTexts),
};
const TYPE: Shape = {
  words: `one of ${TYPES.map((type) => `\`${type}\``).join(', ')}, or a list of some of them`,
  fits: (value) =>
    isType(value) ||
    (isJsonList(value) && value.length > 0 && value.every(isType) && new Set(value).size === value.length),
};

type Row = readonly [keyword: string, shape: Shape, first: DialectName, last?: DialectName];

/** Keywords that constrain a value, or hold schemas. */
const CONSTRAINTS: readonly Row[] = [
  ['$ref', TEXT, 'draft-04'],
  ['$recursiveRef', { words: '`#`', fits: (value) => value === '#' }, '2019-09', '2019-09'],
  ['$dynamicRef', TEXT, '2020-12'],
  ['$defs', MAPPING, 'draft-04'],
  ['definitions', MAPPING, 'draft-04'],
  ['type', TYPE, 'draft-04'],
  ['enum', LIST, 'draft-04'],
  ['const', ANY, 'draft-06'],
  ['multipleOf', POSITIVE, 'draft-04'],
  ['maximum', NUMBER, 'draft-04'],
  ['minimum', NUMBER, 'draft-04'],
  ['exclusiveMaximum', FLAG, 'draft-04', 'draft-04'],
  ['exclusiveMinimum', FLAG, 'draft-04', 'draft-04'],
  ['exclusiveMaximum', NUMBER, 'draft-06'],
  ['exclusiveMinimum', NUMBER, 'draft-06'],
  ['maxLength', COUNT, 'draft-04'],
  ['minLength', COUNT, 'draft-04'],
  ['pattern', TEXT, 'draft-04'],
  ['format', TEXT, 'draft-04'],
  ['prefixItems', SCHEMAS, '2020-12'],
  ['items', ITEMS, 'draft-04', '2019-09'],
  ['items', SCHEMA, '2020-12'],
  ['additionalItems', SCHEMA, 'draft-04', '2019-09'],
  ['maxItems', COUNT, 'draft-04'],
  ['minItems', COUNT, 'draft-04'],
  ['uniqueItems', FLAG, 'draft-04'],
  ['contains', SCHEMA, 'draft-06'],
  ['maxContains', COUNT, '2019-09'],
  ['minContains', COUNT, '2019-09'],
  ['unevaluatedItems', SCHEMA, '2019-09'],
  ['maxProperties', COUNT, 'draft-04'],
  ['minProperties', COUNT, 'draft-04'],
  ['required', TEXTS, 'draft-04'],
  ['properties', MAPPING, 'draft-04'],
  ['patternProperties', MAPPING, 'draft-04'],
  ['additionalProperties', SCHEMA, 'draft-04'],
  ['propertyNames', SCHEMA, 'draft-06'],
  ['unevaluatedProperties', SCHEMA, '2019-09'],
  ['dependencies', DEPENDENCIES, 'draft-04'],
  ['dependentRequired', NAMES, '2019-09'],
  ['dependentSchemas', MAPPING, '2019-09'],
  ['allOf', SCHEMAS, 'draft-04'],
  ['anyOf', SCHEMAS, 'draft-04'],
  ['oneOf', SCHEMAS, 'draft-04'],
  ['not', SCHEMA, 'draft-04'],
  ['if', SCHEMA, 'draft-07'],
  ['then', SCHEMA, 'draft-07'],
  ['else', SCHEMA, 'draft-07'],
];

/** Keywords of JSON Schema that constrain nothing. */
const ANNOTATIONS: readonly Row[] = [
  ['$schema', TEXT, 'draft-04'],
  ['id', TEXT, 'draft-04', 'draft-04'],
  ['$id', TEXT, 'draft-06'],
  ['$anchor', TEXT, '2019-09'],
  ['$recursiveAnchor', FLAG, '2019-09', '2019-09'],
  ['$dynamicAnchor', TEXT, '2020-12'],
  ['$vocabulary', ANY, '2019-09'],
  ['$comment', ANY, 'draft-04'],
  ['title', ANY, 'draft-04'],
  ['description', ANY, 'draft-04'],
  ['default', ANY, 'draft-04'],
  ['examples', ANY, 'draft-04'],
  ['deprecated', ANY, 'draft-04'],
  ['readOnly', ANY, 'draft-04'],
  ['writeOnly', ANY, 'draft-04'],
  ['contentEncoding', ANY, 'draft-04'],
  ['contentMediaType', ANY, 'draft-04'],
  ['contentSchema', ANY, 'draft-04'],
];

const KEYWORDS: ReadonlyMap<string, readonly Keyword[]> = Map.groupBy(
  [...rows(CONSTRAINTS, false), ...rows(ANNOTATIONS, true)],
  ({ keyword }) => keyword,
);

function rows(table: readonly Row[], isAnnotation: boolean): (Keyword & { readonly keyword: string })[] {
  return table.map(([keyword, shape, first, last = '2020-12']) => ({
    ...shape,
    keyword,
    first: DIALECT_NAMES.indexOf(first),
    last: DIALECT_NAMES.indexOf(last),
    isAnnotation,
  }));
}

/** The keyword of a dialect; undefined if it does not know it. */
export function keywordOf(name: string, { order }: Dialect): Keyword | undefined {
  return KEYWORDS.get(name)?.find(({ first, last }) => first <= order && order <= last);
}

/** Names of all keywords of a dialect. */
export function keywordsOf(dialect: Dialect): readonly string[] {
  return [...KEYWORDS.keys()].filter((name) => keywordOf(name, dialect) !== undefined);
}

/** The dialect that has a keyword which `dialect` does not have, the newest first; undefined if none has it. */
export function otherDialect(name: string): DialectName | undefined {
  const last = KEYWORDS.get(name)?.at(-1)?.last;
  return last === undefined ? undefined : DIALECT_NAMES[last];
}

/**
 * Keywords that generators of schemas write beside those of JSON Schema and that constrain nothing: those of OpenAPI,
 * of editors and of code generators. Names that begin with `x-`, and with `qt-` (quicktype), belong to them.
 */
const TOOLS: ReadonlySet<string> = new Set([
  'discriminator',
  'xml',
  'externalDocs',
  'example',
  'nullable',
  'markdownDescription',
  'enumDescriptions',
  'enumNames',
  'markdownEnumDescriptions',
  'defaultSnippets',
  'deprecationMessage',
  'errorMessage',
  'propertyOrder',
  'tsType',
  'tsEnumNames',
  'javaType',
  'existingJavaType',
  'javaInterfaces',
]);

/** True for a keyword that only tools read. */
export function isOfTools(name: string): boolean {
  return TOOLS.has(name) || name.startsWith('x-') || name.startsWith('qt-');
}
