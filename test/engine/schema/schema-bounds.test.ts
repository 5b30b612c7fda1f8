import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compileSchema } from '../../support/compile-schema.ts';

function problemOf(schema: JsonValue): string | undefined {
  const { problems } = compileSchema(schema);
  return problems.map(({ pointer, message }) => `${pointer}: ${message}`).join() || undefined;
}

function members(count: number, value: JsonValue): JsonValue {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, value]));
}

function texts(count: number): JsonValue {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}

test.each<[string, JsonValue, string | undefined]>([
  ['500 properties', { type: 'object', properties: members(500, { type: 'string' }) }, undefined],
  [
    '501 properties',
    { type: 'object', properties: members(501, { type: 'string' }) },
    '/properties: this object has more than 500 parts',
  ],
  [
    '501 branches',
    { anyOf: Array.from({ length: 501 }, () => true) },
    '/anyOf: this list has more than 500 parts',
  ],
  ['many texts to compare', { enum: texts(5_000) }, undefined],
  ['many required members', { type: 'object', required: texts(5_000) }, undefined],
  [
    'a property that is named as a keyword',
    { type: 'object', properties: { enum: { anyOf: Array.from({ length: 501 }, () => true) } } },
    '/properties/enum/anyOf: this list has more than 500 parts',
  ],
  ['600 definitions', { $defs: members(600, { type: 'string' }) }, undefined],
  ['definitions that nothing refers to', { $defs: members(6_000, { type: 'string' }) }, undefined],
  [
    'more than 10,000 values',
    { properties: members(400, { properties: members(20, { type: 'string' }) }) },
    ': the schema has more than 10,000 values with those that it refers to',
  ],
  [
    'a pattern that is large when its repetitions are written out',
    { type: 'string', pattern: '(abcdefghijklmnopqrstuvwxyz){1000}' },
    '/pattern: the pattern is too large with its repetitions written out',
  ],
  [
    'patterns that are large together',
    {
      type: 'object',
      patternProperties: Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`^x${at}a{1000}`, true])),
    },
    '/patternProperties/^x24a{1000}: the patterns of the schema are too large with their repetitions written out',
  ],
])('%s', (_name, schema, problem) => {
  expect(problemOf(schema)).toBe(problem);
});

test('a chain of references that no stack holds is told as such', () => {
  const last = 3_000;
  const chain = Array.from({ length: last + 1 }, (_, at) => [
    `d${at}`,
    at === last ? true : { not: { $ref: `#/$defs/d${at + 1}` } },
  ]);
  expect(problemOf({ $defs: Object.fromEntries(chain), $ref: '#/$defs/d0' })).toBe(
    ': the schema nests, or refers from part to part, too many times',
  );
});

test('a large schema with mistakes has one problem, a small one all', () => {
  const wrong = { type: 'text' };
  expect(problemOf({ type: 'object', properties: members(400, { ...wrong, minLength: 1 }) })).toMatch(
    /^\/properties\/m0/,
  );
  expect(problemOf({ type: 'object', properties: members(2, wrong) })?.split(',/properties')).toHaveLength(2);
});

test('a definition that thousand places refer to is compiled once', () => {
  const leaf = { type: 'object', properties: members(100, { type: 'string' }) } as const;
  const { schema } = compileSchema({
    $defs: { leaf },
    type: 'object',
    properties: members(400, { $ref: '#/$defs/leaf' }),
  });
  expect(schema?.validate({ m7: { m3: 'a' } })).toBeUndefined();
  expect(schema?.validate({ m7: { m3: 1 } })?.detail).toBe('`/m7/m3` must be a string');
});
