import type { JsonObject, JsonValue } from '../../../src/engine/request/attributes.ts';
import { compileJsonSchema } from '../../../src/engine/schema/json-schema.ts';

const DRAFT_7 = { $schema: 'http://json-schema.org/draft-07/schema#' };

function problemsOf(schema: JsonValue): readonly string[] {
  const { problems = [] } = compileJsonSchema(schema, { maxBytes: undefined });
  return problems.map(({ pointer, message }) => `${pointer}: ${message}`);
}

function fits(schema: JsonValue, body: JsonValue): boolean {
  const { schema: compiled } = compileJsonSchema(schema, { maxBytes: undefined });
  if (compiled === undefined) throw new Error(problemsOf(schema).join());
  return compiled.validate(body) === undefined;
}

describe('a schema of draft-07', () => {
  test('is accepted if it means the same in 2020-12', () => {
    const schema = {
      ...DRAFT_7,
      type: 'object',
      properties: { id: { $ref: '#/definitions/text', description: 'an id' }, items: { type: 'array' } },
      required: ['id'],
      definitions: { text: { type: 'string', minLength: 1 } },
      examples: [{ items: [[1]] }],
    };
    expect(problemsOf(schema)).toEqual([]);
    expect(fits(schema, { id: 'a' })).toBe(true);
    expect(fits(schema, { id: '' })).toBe(false);
  });

  test.each<[string, JsonObject, string]>([
    [
      'a list of items',
      { type: 'array', items: [{ type: 'string' }] },
      '/items: a list in `items` is `prefixItems` in draft 2020-12',
    ],
    [
      'additionalItems',
      { type: 'array', additionalItems: false },
      '/additionalItems: `additionalItems` is `items` beside `prefixItems` in draft 2020-12',
    ],
    [
      'dependencies',
      { type: 'object', dependencies: { a: ['b'] } },
      '/dependencies: `dependencies` is `dependentRequired` or `dependentSchemas` in draft 2020-12',
    ],
    [
      'a keyword beside $ref, which draft-07 ignores',
      { definitions: { a: { type: 'string' } }, anyOf: [{ $ref: '#/definitions/a', minLength: 9 }] },
      '/anyOf/0/minLength: `minLength` beside `$ref` is ignored in draft-07 and not in 2020-12',
    ],
    [
      'a keyword that draft-07 does not have',
      { type: 'object', properties: { a: { type: 'object', dependentRequired: { a: ['b'] } } } },
      '/properties/a/dependentRequired: `dependentRequired` is a keyword of draft 2020-12 only',
    ],
  ])('is refused for %s', (_, schema, problem) => {
    expect(problemsOf({ ...DRAFT_7, ...schema })).toEqual([`${problem}; the schema is of draft-07`]);
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
    expect(problemsOf(schema)).toEqual([]);
    expect(fits(schema, { pay: { kind: 'card' }, discriminator: 1, 'x-a': 1 })).toBe(true);
    expect(fits(schema, { pay: { kind: 'bill' } })).toBe(false);
    expect(fits(schema, { discriminator: 'a' })).toBe(false);
    expect(fits(schema, { 'x-a': 'a' })).toBe(false);
  });

  test('are values in const and enum', () => {
    expect(fits({ const: { 'x-a': 1 } }, { 'x-a': 1 })).toBe(true);
    expect(fits({ enum: [{ example: 1 }] }, {})).toBe(false);
  });

  test('are none of the unknown keywords, of which one may be misspelt', () => {
    expect(problemsOf({ type: 'object', requierd: ['a'] })).toEqual([
      '/requierd: unknown keyword `requierd`',
    ]);
  });
});
