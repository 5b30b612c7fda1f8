import type { JsonObject, JsonValue } from '../../../src/engine/request/attributes.ts';
import { DIALECT_NAMES, type DialectName, dialectNamed } from '../../../src/engine/schema/dialects.ts';
import { compileSchema } from '../../support/compile-schema.ts';

function warningsOf(schema: JsonValue): readonly string[] {
  const { problems, warnings } = compileSchema(schema);
  expect(problems).toEqual([]);
  return warnings.map(({ pointer, message }) => `${pointer}: ${message}`);
}

function fits(schema: JsonValue, body: JsonValue): boolean {
  const { schema: compiled, problems } = compileSchema(schema);
  if (compiled === undefined) throw new Error(JSON.stringify(problems));
  return compiled.validate(body) === undefined;
}

function of(dialect: DialectName, schema: JsonObject): JsonObject {
  return { $schema: dialectNamed(dialect).uri, ...schema };
}

describe('what a keyword means depends on the dialect', () => {
  test.each<[string, JsonObject, JsonValue, readonly DialectName[]]>([
    [
      'a list in `items` and `additionalItems`',
      { items: [{ type: 'string' }], additionalItems: { type: 'number' } },
      ['a', 'b'],
      ['draft-04', 'draft-06', 'draft-07', '2019-09'],
    ],
    ['exclusiveMinimum: true', { minimum: 1, exclusiveMinimum: true }, 1, ['draft-04']],
    ['exclusiveMinimum: 1', { exclusiveMinimum: 1 }, 1, ['draft-06', 'draft-07', '2019-09', '2020-12']],
    ['const', { const: 1 }, 2, ['draft-06', 'draft-07', '2019-09', '2020-12']],
    [
      'a keyword beside $ref',
      { definitions: { a: {} }, allOf: [{ $ref: '#/definitions/a', minLength: 2 }] },
      'a',
      ['2019-09', '2020-12'],
    ],
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    ['if', { if: { type: 'number' }, then: false }, 1, ['draft-07', '2019-09', '2020-12']],
    ['dependencies', { dependencies: { a: ['b'], c: { required: ['d'] } } }, { c: 1 }, [...DIALECT_NAMES]],
    ['dependentRequired', { dependentRequired: { a: ['b'] } }, { a: 1 }, ['2019-09', '2020-12']],
    ['prefixItems', { prefixItems: [{ type: 'string' }] }, [1], ['2020-12']],
  ])('%s', (_name, schema, body, refusing) => {
    const refused = DIALECT_NAMES.filter((dialect) => {
      const { schema: compiled } = compileSchema(of(dialect, schema));
      return compiled !== undefined && compiled.validate(body) !== undefined;
    });
    expect(refused).toEqual(refusing);
  });

  test.each(['http://json-schema.org/draft-07/schema', 'https://json-schema.org/draft-07/schema#'])(
    'the dialect is named as `%s`',
    ($schema) => {
      expect(fits({ $schema, items: [{ type: 'string' }] }, [1])).toBe(false);
    },
  );

  test('each document has its own dialect, and those without one that of 2020-12', () => {
    const old = { $id: 'https://acme.example/old', $schema: 'http://json-schema.org/draft-07/schema#' };
    const pair = { ...old, items: [{ type: 'string' }] };
    const schema = { $ref: 'https://acme.example/old', $defs: { pair }, minItems: 1 };
    expect(fits(schema, ['a'])).toBe(true);
    expect(fits(schema, [1])).toBe(false);
    expect(fits(schema, [])).toBe(false);
  });
});

describe('a keyword without an effect is a warning', () => {
  test.each<[JsonObject, readonly string[]]>([
    [
      { type: 'object', requierd: ['a'] },
      ['/requierd: `requierd` is not a keyword of JSON Schema, and checks nothing'],
    ],
    [
      of('draft-07', { properties: { a: { prefixItems: [true] } } }),
      ['/properties/a/prefixItems: `prefixItems` is a keyword of 2020-12, and checks nothing in draft-07'],
    ],
    [
      { additionalItems: false },
      ['/additionalItems: `additionalItems` is a keyword of 2019-09, and checks nothing in 2020-12'],
    ],
    [
      of('draft-07', {
        definitions: { a: {} },
        anyOf: [{ $ref: '#/definitions/a', title: 'A', minLength: 9 }],
      }),
      ['/anyOf/0/minLength: `minLength` beside `$ref` checks nothing in draft-07'],
    ],
    [{ format: 'phone' }, ['/format: `phone` is not a known format, and checks nothing']],
    [{ properties: { requierd: { type: 'string' } }, enum: [{ requierd: 1 }] }, []],
    [{ 'x-go-type': 'Order', discriminator: {}, properties: { a: { xml: {}, example: 1 } } }, []],
  ])('%j', (schema, warnings) => {
    expect(warningsOf(schema)).toEqual(warnings);
  });
});

describe('keywords of generators that constrain nothing', () => {
  const card = { type: 'object', properties: { kind: { const: 'card' } }, required: ['kind'] };

  test('are ignored', () => {
    const schema = {
      type: 'object',
      'x-go-type': 'Order',
      properties: {
        pay: { discriminator: { propertyName: 'kind' }, oneOf: [{ ...card, example: {} }], xml: {} },
        // A name, not a keyword.
        discriminator: { type: 'integer' },
        'x-a': { type: 'integer' },
      },
      additionalProperties: false,
    };
    expect(warningsOf(schema)).toEqual([]);
    expect(fits(schema, { pay: { kind: 'card' }, discriminator: 1, 'x-a': 1 })).toBe(true);
    expect(fits(schema, { pay: { kind: 'bill' } })).toBe(false);
    expect(fits(schema, { discriminator: 'a' })).toBe(false);
    expect(fits(schema, { 'x-a': 'a' })).toBe(false);
  });

  test('are values in const and enum', () => {
    expect(fits({ const: { 'x-a': 1 } }, { 'x-a': 1 })).toBe(true);
    expect(fits({ enum: [{ example: 1 }] }, {})).toBe(false);
  });
});
