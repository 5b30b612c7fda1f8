import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import type { BodySchema } from '../../../src/engine/schema/body-schema.ts';
import { compileSchema } from '../../support/compile-schema.ts';

function compiled(schema: JsonValue): BodySchema {
  const result = compileSchema(schema);
  if (result.schema === undefined) throw new Error(JSON.stringify(result.problems));
  return result.schema;
}

const order = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://acme.example/order',
  type: 'object',
  required: ['sku', 'quantity'],
  additionalProperties: false,
  properties: {
    sku: { type: 'string', pattern: '^[A-Z]{3}-\\d+$' },
    quantity: { type: 'integer', minimum: 1 },
    mail: { type: 'string', format: 'email' },
    size: { enum: ['s', 'm'] },
    tags: { type: 'array', uniqueItems: true, items: { $ref: '#/$defs/tag' } },
    never: false,
  },
  $defs: { tag: { type: ['string', 'object'] } },
};

describe('a body that fits', () => {
  test.each<[string, JsonValue, JsonValue]>([
    [
      'all members',
      order,
      { sku: 'ABC-1', quantity: 1, mail: 'a@b.example', size: 's', tags: ['a', { b: 1 }] },
    ],
    ['the required members', order, { sku: 'ABC-1', quantity: 1.0 }],
    ['true', true, 'anything'],
    ['a translated pattern', { type: 'string', pattern: '^\\u0041\\/$' }, 'A/'],
    [
      'an inherited name in `properties`',
      { type: 'object', properties: { constructor: { type: 'string' } } },
      {},
    ],
    [
      'an inherited name among unevaluated ones',
      { anyOf: [{ properties: { constructor: true } }], unevaluatedProperties: false },
      { constructor: 1 },
    ],
  ])('%s', (_name, schema, body) => {
    expect(compiled(schema).validate(body)).toBeUndefined();
  });
});

describe('the denial of a body shows the location and the expectation, without values', () => {
  test.each<[JsonValue, string, string]>([
    [order, '[]', 'the body must be an object'],
    [order, '{"sku":"ABC-1"}', 'the body must have the member `quantity`'],
    [order, '{"sku":"secret","quantity":1}', '`/sku` must match pattern "^[A-Z]{3}-\\d+$"'],
    [order, '{"sku":"ABC-1","quantity":0}', '`/quantity` must be >= 1'],
    [order, '{"sku":"ABC-1","quantity":1,"a/b~":2}', '`/a~1b~0` is not expected'],
    [order, '{"sku":"ABC-1","quantity":1,"__proto__":2}', '`/__proto__` is not expected'],
    [order, '{"sku":"ABC-1","quantity":1,"mail":"secret"}', '`/mail` must be of format `email`'],
    [order, '{"sku":"ABC-1","quantity":1,"size":"secret"}', '`/size` must be one of "s", "m"'],
    [order, '{"sku":"ABC-1","quantity":1,"never":1}', '`/never` is not expected'],
    [order, '{"sku":"ABC-1","quantity":1,"tags":["a",7]}', '`/tags/1` must be a string or an object'],
    [order, '{"sku":"ABC-1","quantity":1,"tags":["a","a"]}', '`/tags` must not have the same item twice'],
    [
      order,
      '{"sku":"ABC-1","quantity":1,"tags":[{"a":1,"b":2},{"b":2,"a":1.0}]}',
      '`/tags` must not have the same item twice',
    ],
    [
      order,
      '{"sku":"secret","size":"x","b":1}',
      'the body must have the member `quantity`; `/b` is not expected; `/sku` must match pattern "^[A-Z]{3}-\\d+$"; `/size` must be one of "s", "m"',
    ],
    [
      { required: ['a', 'b', 'c', 'd', 'e', 'f'] },
      '{}',
      ['a', 'b', 'c', 'd', 'e'].map((name) => `the body must have the member \`${name}\``).join('; '),
    ],
    [{ type: 'object', required: ['constructor'] }, '{}', 'the body must have the member `constructor`'],
    [{ type: 'object', propertyNames: { pattern: '^a' } }, '{"b":1}', '`/b` must match pattern "^a"'],
    [{ type: ['string', 'number', 'null'] }, 'true', 'the body must be a string, a number or null'],
    [{ const: { a: 1 } }, '1', 'the body must be {"a":1}'],
    [{ minLength: 2, maxLength: 3 }, '"a"', 'the body must have at least 2 characters'],
    [{ maxLength: 1 }, '"ab"', 'the body must have at most 1 character'],
    [{ maxLength: 1 }, '"\\ud83d\\ude00"', ''],
    [{ minItems: 1 }, '[]', 'the body must have at least 1 item'],
    [{ maxItems: 1 }, '[1,2]', 'the body must have at most 1 item'],
    [{ minProperties: 1 }, '{}', 'the body must have at least 1 member'],
    [{ maxProperties: 1 }, '{"a":1,"b":2}', 'the body must have at most 1 member'],
    [{ not: { type: 'string' } }, '"secret"', 'the body must not fit the schema of `not`'],
    [
      { contains: { type: 'string' } },
      '[1]',
      'the body must have at least 1 of the items that `contains` describes',
    ],
    [
      { contains: true, maxContains: 1 },
      '[1,2]',
      'the body must have at most 1 of the items that `contains` describes',
    ],
    [{ dependentRequired: { a: ['b'] } }, '{"a":1}', 'the body must have the member `b` beside `a`'],
    [{ oneOf: [true, true] }, '1', 'the body must fit only one schema of `oneOf`, and fits several'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, '1', 'the body must fit a schema of `anyOf`'],
    [
      {
        oneOf: [
          { properties: { kind: { const: 'card' }, number: { type: 'string' } } },
          { properties: { kind: { const: 'bill' } } },
        ],
      },
      '{"kind":"card","number":7}',
      '`/number` must be a string',
    ],
    [
      {
        oneOf: [
          { properties: { kind: { const: 'card' } }, required: ['kind', 'number'] },
          { properties: { kind: { const: 'bill' } } },
        ],
      },
      '{"kind":"card"}',
      'the body must have the member `number`',
    ],
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    [{ if: { type: 'string' }, then: { minLength: 3 } }, '"a"', 'the body must have at least 3 characters'],
    [
      { type: 'object', anyOf: [{ properties: { a: true } }, true], unevaluatedProperties: false },
      '{"constructor":1}',
      '`/constructor` is not expected',
    ],
    [
      { type: 'object', anyOf: [{ properties: { a: true } }, true], unevaluatedProperties: false },
      '{"__proto__":1}',
      '`/__proto__` is not expected',
    ],
    [
      { properties: JSON.parse('{"__proto__":{"type":"string"}}') as JsonValue },
      '{"__proto__":1}',
      '`/__proto__` must be a string',
    ],
    [
      { patternProperties: JSON.parse('{"__proto__":{"type":"string"}}') as JsonValue },
      '{"a__proto__":1}',
      '`/a__proto__` must be a string',
    ],
    [
      { dependentRequired: JSON.parse('{"__proto__":["a"]}') as JsonValue },
      '{"__proto__":1}',
      'the body must have the member `a`',
    ],
    [{ prefixItems: [true], unevaluatedItems: false }, '[1,2]', '`/1` is not expected'],
    [
      { type: 'string', format: 'uri' },
      JSON.stringify(`a:${'x'.repeat(9000)}`),
      'the body must be of format `uri`',
    ],
  ])('%j: %s', (schema, body, detail) => {
    const denial = compiled(schema).validate(JSON.parse(body) as JsonValue);
    expect(denial?.detail ?? '').toBe(detail);
    expect(denial?.reason).toBe(detail === '' ? undefined : 'schema_violation');
    const listed = denial?.errors?.map(
      (each) => `${each.pointer === '' ? 'the body' : `\`${each.pointer}\``} ${each.detail}`,
    );
    expect(listed?.join('; ') ?? '').toBe(detail);
  });

  test.each([
    ['', true],
    ['AAAA', true],
    ['AAA=', true],
    ['AA==', true],
    ['AAA', false],
    ['A===', false],
    ['AA=A', false],
    ['AAAA\n', false],
    ['<b>\nAAAA', false],
  ])('the format `byte` is base64 from end to end: %j', (text, fits) => {
    expect(compiled({ type: 'string', format: 'byte' }).validate(text) === undefined).toBe(fits);
  });

  test.each([
    ['$ref', '#/$defs/node'],
    ['$dynamicRef', '#node'],
  ])('a body cannot double the work with each level through %s', (keyword, target) => {
    const branch = (kind: string) => ({
      type: 'object',
      properties: { child: { [keyword]: target }, kind: { const: kind } },
      required: ['kind'],
    });
    const tree = compiled({
      $ref: '#/$defs/node',
      $defs: { node: { $dynamicAnchor: 'node', anyOf: [branch('a'), branch('b')] } },
    });
    const chain = (levels: number, end: JsonValue): JsonValue => {
      let value = end;
      for (let i = 0; i < levels; i++) value = { child: value, kind: 'b' };
      return value;
    };
    expect(tree.validate(chain(8, { kind: 'a' }))).toBeUndefined();
    expect(tree.validate(chain(60, { kind: 'c' }))).toEqual({
      reason: 'schema_violation',
      detail: 'the body takes too many steps to compare with the schema',
    });
    expect(tree.validate(chain(8, { kind: 'a' }))).toBeUndefined();
  });

  test('a long list of references is accepted', () => {
    const item = { oneOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }] };
    const $defs = { a: { type: 'string' }, b: { type: 'number' } };
    const list = Array.from({ length: 50_000 }, (_, i) => i);
    expect(compiled({ type: 'array', items: item, $defs }).validate(list)).toBeUndefined();
  });

  test('a long pointer is cut', () => {
    const body = { ['k'.repeat(5000)]: 1 };
    const detail = compiled({ type: 'object', additionalProperties: { type: 'string' } }).validate(
      body,
    )?.detail;
    expect(detail).toBe(`\`/${'k'.repeat(199)}...\` must be a string`);
  });

  test('many errors are a handful, in a sentence of bounded length', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`${'k'.repeat(150)}${at}`, { type: 'string' }]),
    );
    const body = Object.fromEntries(Object.keys(properties).map((name) => [name, 1]));
    const denial = compiled({ properties }).validate(body);
    expect(denial?.errors).toHaveLength(5);
    expect(denial?.detail.length).toBeLessThan(610);
  });

  test('a large body that does not fit is explained within bounds', () => {
    const leaf = { anyOf: [{ type: 'string' }, { type: 'null' }, { $ref: '#/$defs/list' }] };
    const list = { type: 'array', items: leaf };
    const schema = compiled({ $ref: '#/$defs/list', $defs: { list } });
    const nested = Array.from({ length: 300 }, () => Array.from({ length: 100 }, () => 1));
    expect(schema.validate(nested)).toMatchObject({ reason: 'schema_violation' });
  });
});

describe('a mistake in a schema is a problem with its location', () => {
  test.each([
    ['x', '', 'a JSON Schema must be an object or a boolean'],
    [[1], '', 'a JSON Schema must be an object or a boolean'],
    [
      { type: 'object', properties: { a: { type: 'strng' } } },
      '/properties/a/type',
      '`strng` is not a type of JSON Schema',
    ],
    [{ properties: { a: { minimum: 'x' } } }, '/properties/a/minimum', '`minimum` must be a number'],
    [{ allOf: [] }, '/allOf', '`allOf` must be a list of at least one schema'],
    [{ anyOf: [1] }, '/anyOf/0', 'a JSON Schema must be an object or a boolean'],
    [{ items: [{}] }, '/items', '`items` must be a schema (an object or a boolean)'],
    [
      { type: 'object', properties: { a: { type: 'string', pattern: '(?=x)' } } },
      '/properties/a/pattern',
      'the pattern `(?=x)` has a lookahead (`(?=`), which is supported only at its start',
    ],
    [
      { type: 'object', patternProperties: { '(a': true } },
      '/patternProperties/(a',
      'the pattern `(a` is not a valid RE2 pattern: missing closing ): `(a`',
    ],
    [
      { $ref: 'https://acme.example/other' },
      '/$ref',
      '`$ref` to `https://acme.example/other` has no target: schemas are files of the folder and are never fetched',
    ],
    [
      { $defs: { a: true }, type: 'object', properties: { x: { $ref: '#/$defs/b' } } },
      '/properties/x/$ref',
      '`$ref` to `#/$defs/b` has no target in this document',
    ],
    [
      { $schema: 'http://json-schema.org/draft-03/schema#' },
      '/$schema',
      '`http://json-schema.org/draft-03/schema#` is not a known dialect',
    ],
    [
      { $defs: { a: { $id: 'b' }, c: { $id: 'b' } } },
      '/$defs/c/$id',
      'two schemas have the `$id` `file:///b`',
    ],
  ])('%j', (schema, pointer, message) => {
    const { problems } = compileSchema(schema, 1);
    expect(problems.map(({ document, pointer: at, message: text }) => [document, at, text])).toEqual([
      ['file:///schema.json', pointer, message],
    ]);
  });

  test('several at once', () => {
    const result = compileSchema({ type: 1, properties: [], required: 'a' }, 1);
    expect(result.problems.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/properties',
      '/required',
      '/type',
    ]);
  });
});

describe('hostile bodies are validated quickly', () => {
  test.each<[string, JsonValue, JsonValue]>([
    ['a pattern that backtracks', { type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(20_000)}!`],
    ['many items', { type: 'array', uniqueItems: true }, Array.from({ length: 50_000 }, (_, i) => ({ i }))],
    ['a long address', { type: 'string', format: 'email' }, `a@${'a-'.repeat(100_000)}`],
  ])('%s', (_name, schema, body) => {
    const { validate } = compiled(schema);
    const before = performance.now();
    validate(body);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

test('two patterns of one schema are kept apart', () => {
  const { validate } = compiled({
    type: 'object',
    properties: { a: { type: 'string', pattern: '^a$' }, b: { type: 'string', pattern: '^b$' } },
  });
  expect(validate({ a: 'a', b: 'b' })).toBeUndefined();
  expect(validate({ a: 'b' })).toHaveProperty('detail', '`/a` must match pattern "^a$"');
  expect(validate({ b: 'a' })).toHaveProperty('detail', '`/b` must match pattern "^b$"');
});

test('the bound on bytes is passed on', () => {
  expect(compileSchema(true, 65536).schema?.maxBytes).toBe(65536);
});
