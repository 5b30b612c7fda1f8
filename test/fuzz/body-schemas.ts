import { isDeepStrictEqual } from 'node:util';
import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import type { JsonObject, JsonValue } from '../../src/engine/request/attributes.ts';

/** A schema, bodies that fit it, and another judge of bodies. */
export interface JudgedSchema {
  readonly name: string;
  readonly schema: JsonObject;
  readonly fitting: readonly JsonValue[];
  /** True if a parsed body fits: by plain `ajv`, or by code for this schema alone. */
  readonly judge: (body: unknown) => boolean;
}

const TAGS = ['card', 'bill'];
const ID = '0b0d5b5a-2b63-4f4c-9a53-0d8f0b0f4b43';

const ORDER = {
  type: 'object',
  required: ['id', 'items'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', format: 'uuid' },
    items: { type: 'array', minItems: 1, maxItems: 4, uniqueItems: true, items: { $ref: '#/$defs/item' } },
    pay: { oneOf: [{ $ref: '#/$defs/card' }, { $ref: '#/$defs/bill' }] },
  },
  patternProperties: { '^x-': { type: ['string', 'null'] } },
  propertyNames: { maxLength: 8 },
  $defs: {
    item: {
      type: 'object',
      required: ['sku', 'count'],
      properties: {
        sku: { type: 'string', pattern: '^[A-Z]{3}-[0-9]+$' },
        count: { type: 'integer', minimum: 1, maximum: 99 },
      },
      additionalProperties: { type: 'boolean' },
    },
    card: {
      properties: { kind: { const: 'card' }, number: { type: 'string', minLength: 4 } },
      required: ['kind', 'number'],
    },
    bill: {
      properties: { kind: { enum: ['bill'] }, days: { type: 'integer', exclusiveMaximum: 60 } },
      required: ['kind', 'days'],
    },
  },
} as const satisfies JsonObject;

const RANGE = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  required: ['at'],
  properties: {
    at: {
      type: 'array',
      items: [{ type: 'number', minimum: 0, exclusiveMinimum: true }, { enum: ['m', 'km'] }],
      additionalItems: false,
    },
    from: { type: 'string' },
    to: { type: 'string' },
  },
  dependencies: { from: ['to'], to: { properties: { to: { minLength: 2 } } } },
} as const satisfies JsonObject;

const EVENT = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  definitions: { text: { type: 'string', minLength: 1, maxLength: 9 } },
  type: 'object',
  required: ['id', 'kind'],
  properties: {
    id: { $ref: '#/definitions/text' },
    kind: { enum: ['a', 'b'] },
    data: { type: 'object', minProperties: 1 },
  },
  if: { properties: { kind: { const: 'b' } } },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { required: ['data'] },
  else: { not: { required: ['data'] } },
} as const satisfies JsonObject;

const GROUP = {
  $schema: 'https://json-schema.org/draft/2019-09/schema',
  $recursiveAnchor: true,
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    parts: { type: 'array', items: { $recursiveRef: '#' }, contains: { required: ['main'] }, maxContains: 1 },
  },
  dependentRequired: { main: ['name', 'kind'] },
} as const satisfies JsonObject;

/** A tree whose nodes a schema around it closes. */
const TREE = {
  $id: 'https://acme.example/closed',
  $dynamicAnchor: 'node',
  $ref: '#/$defs/open',
  unevaluatedProperties: false,
  $defs: {
    open: {
      $id: 'https://acme.example/open',
      $dynamicAnchor: 'node',
      type: 'object',
      required: ['value'],
      properties: {
        value: { type: 'integer' },
        left: { $dynamicRef: '#node' },
        right: { $dynamicRef: '#node' },
      },
    },
  },
} as const satisfies JsonObject;

const ACCOUNT = {
  type: 'object',
  allOf: [{ properties: { name: { type: 'string' } }, required: ['name'] }],
  anyOf: [
    { properties: { level: { const: 'basic' } }, required: ['level'] },
    {
      properties: { level: { const: 'gold' }, bonus: { type: 'number', multipleOf: 0.01, minimum: 0 } },
      required: ['level', 'bonus'],
    },
  ],
  unevaluatedProperties: false,
} as const satisfies JsonObject;

/** Schemas of all dialects, with the keywords that meet bodies. */
export function judgedSchemas(): readonly JudgedSchema[] {
  return [
    {
      name: 'order',
      schema: ORDER,
      fitting: [
        { id: ID, items: [{ sku: 'ABC-1', count: 1 }] },
        {
          id: ID,
          items: [
            { sku: 'ABC-1', count: 2, gift: true },
            { sku: 'XYZ-22', count: 99 },
          ],
          pay: { kind: 'card', number: '1234' },
          'x-note': null,
        },
        { id: ID, items: [{ sku: 'ABC-1', count: 1 }], pay: { kind: 'bill', days: 30 } },
      ],
      judge: isOrder(),
    },
    {
      name: 'range',
      schema: RANGE,
      fitting: [{ at: [1, 'km'] }, { at: [], from: 'a', to: 'bc' }, { at: [0.5] }],
      judge: byLibrary(new ajvDraft04.default({ strict: false }), RANGE),
    },
    {
      name: 'event',
      schema: EVENT,
      fitting: [
        { id: 'a', kind: 'a' },
        { id: 'abc', kind: 'b', data: { a: 1 } },
      ],
      judge: byLibrary(new Ajv({ strict: false }), EVENT),
    },
    {
      name: 'group',
      schema: GROUP,
      fitting: [{ name: 'a' }, { name: 'a', parts: [{ name: 'b' }, { name: 'c', main: true, kind: 1 }] }],
      judge: byLibrary(new Ajv2019({ strict: false }), GROUP),
    },
    {
      name: 'tree',
      schema: TREE,
      fitting: [{ value: 1 }, { value: 1, left: { value: 2, right: { value: 3 } }, right: { value: 4 } }],
      judge: isTree,
    },
    {
      name: 'account',
      schema: ACCOUNT,
      fitting: [
        { name: 'a', level: 'basic' },
        { name: 'a', level: 'gold', bonus: 19.99 },
      ],
      judge: isAccount,
    },
  ];
}

function byLibrary(ajv: Ajv, schema: JsonObject): (body: unknown) => boolean {
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/** The library fails for `uniqueItems` with a member `toString`, so that Node compares the items. */
function isOrder(): (body: unknown) => boolean {
  const { uniqueItems: _, ...items } = ORDER.properties.items;
  const fits = byLibrary(new Ajv2020({ strict: false }), {
    ...ORDER,
    properties: { ...ORDER.properties, items },
  });
  return (body) => fits(body) && isObject(body) && areUnique(body['items']);
}

function areUnique(items: unknown): boolean {
  if (!Array.isArray(items)) return true;
  return items.every((item, at) => !items.slice(at + 1).some((other) => isDeepStrictEqual(item, other)));
}

function isTree(body: unknown): boolean {
  if (!isObject(body) || !Number.isInteger(body['value'])) return false;
  return Object.keys(body).every(
    (name) => name === 'value' || ((name === 'left' || name === 'right') && isTree(body[name])),
  );
}

function isAccount(body: unknown): boolean {
  if (!isObject(body) || typeof body['name'] !== 'string') return false;
  const { level, bonus } = body;
  const others = Object.keys(body).filter((name) => !['name', 'level', 'bonus'].includes(name));
  if (others.length > 0 || !Object.hasOwn(body, 'level')) return false;
  if (level === 'basic') return !Object.hasOwn(body, 'bonus');
  return (
    level === 'gold' && typeof bonus === 'number' && bonus >= 0 && /^\d+(?:\.\d{1,2})?$/.test(String(bonus))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names and values that schemas above tell apart, and those that trouble parsers. */
export const NAMES = [
  'id',
  'items',
  'pay',
  'kind',
  'number',
  'days',
  'sku',
  'count',
  'at',
  'from',
  'to',
  'data',
  'name',
  'parts',
  'main',
  'value',
  'left',
  'right',
  'level',
  'bonus',
  'x-note',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'ID',
  'Kind',
  'é',
  '',
  'a very long name',
];
export const VALUES: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  2.5,
  60,
  99,
  100,
  '',
  'a',
  'ABC-1',
  ID,
  ...TAGS,
  'gold',
  'basic',
  'km',
  [],
  {},
  [1, 'm'],
  { kind: 'card', number: '12345' },
  { value: 7 },
  { name: 'z' },
];
