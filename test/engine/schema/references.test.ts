import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compileJsonSchema, type SchemaSources } from '../../../src/engine/schema/json-schema.ts';

const ENTRY = 'file:///schemas/order.json';

function sources(documents: Readonly<Record<string, JsonValue>>, entry = ENTRY): SchemaSources {
  return { documents: new Map(Object.entries(documents)), entry };
}

function fits(given: SchemaSources, body: JsonValue): boolean {
  const { schema, problems } = compileJsonSchema(given);
  if (schema === undefined) throw new Error(JSON.stringify(problems));
  return schema.validate(body) === undefined;
}

describe('a reference finds', () => {
  test.each<[string, Readonly<Record<string, JsonValue>>]>([
    [
      'a file beside its own',
      { [ENTRY]: { $ref: 'text.json' }, 'file:///schemas/text.json': { type: 'string' } },
    ],
    [
      'a schema in a file of another folder',
      {
        [ENTRY]: { $ref: '../shared/all.json#/$defs/a~1b%20c' },
        'file:///shared/all.json': { $defs: { 'a/b c': { type: 'string' } } },
      },
    ],
    [
      'a name that a schema gives itself',
      { [ENTRY]: { $ref: '#text', $defs: { a: { $anchor: 'text', type: 'string' } } } },
    ],
    [
      'a URI that a schema gives itself',
      {
        [ENTRY]: {
          $id: 'https://acme.example/order',
          $ref: 'parts/text',
          $defs: { a: { $id: 'parts/text', $ref: '#in', $defs: { b: { $anchor: 'in', type: 'string' } } } },
        },
      },
    ],
    [
      'a place that is not one of a schema',
      { [ENTRY]: { $ref: '#/components/text', components: { text: { type: 'string' } } } },
    ],
    [
      'a URN',
      {
        [ENTRY]: {
          $id: 'urn:uuid:6b1d3c3e-0000-4000-8000-000000000000',
          $ref: '#/$defs/a',
          $defs: { a: { type: 'string' } },
        },
      },
    ],
  ])('%s', (_name, documents) => {
    expect(fits(sources(documents), 'a')).toBe(true);
    expect(fits(sources(documents), 1)).toBe(false);
  });

  test('the whole document, from any depth', () => {
    const tree = sources({ [ENTRY]: { properties: { child: { $ref: '#' } }, required: ['id'] } });
    expect(fits(tree, { id: 1, child: { id: 2 } })).toBe(true);
    expect(fits(tree, { id: 1, child: { id: 2, child: {} } })).toBe(false);
  });

  test('a schema in the middle of a document that is not a schema', () => {
    const components = {
      schemas: {
        Id: { type: 'integer' },
        Order: { required: ['id'], properties: { id: { $ref: '#/components/schemas/Id' } } },
      },
    };
    const given = sources(
      { 'file:///api.json': { openapi: '3.1.0', components } },
      'file:///api.json#/components/schemas/Order',
    );
    expect(fits(given, { id: 1 })).toBe(true);
    expect(fits(given, { id: 'a' })).toBe(false);
    expect(fits(given, {})).toBe(false);
  });

  test('the outermost schema with the name, through $dynamicRef', () => {
    const list = {
      $id: 'https://acme.example/list',
      type: 'array',
      items: { $dynamicRef: '#item' },
      $defs: { any: { $dynamicAnchor: 'item' } },
    };
    const documents = {
      [ENTRY]: {
        $id: 'https://acme.example/texts',
        $ref: 'list',
        $defs: { item: { $dynamicAnchor: 'item', type: 'string' }, list },
      },
    };
    expect(fits(sources(documents), ['a'])).toBe(true);
    expect(fits(sources(documents), [1])).toBe(false);
    expect(fits(sources({ [ENTRY]: list }), [1])).toBe(true);
  });

  test('the outermost schema, through $recursiveRef', () => {
    const $schema = 'https://json-schema.org/draft/2019-09/schema';
    const tree = {
      $schema,
      $id: 'https://acme.example/tree',
      $recursiveAnchor: true,
      properties: { child: { $recursiveRef: '#' } },
    };
    const strict = {
      $schema,
      $id: 'https://acme.example/strict',
      $recursiveAnchor: true,
      $ref: 'tree',
      unevaluatedProperties: false,
      $defs: { tree },
    };
    expect(fits(sources({ [ENTRY]: strict }), { child: { child: {} } })).toBe(true);
    expect(fits(sources({ [ENTRY]: strict }), { child: { other: 1 } })).toBe(false);
    expect(fits(sources({ [ENTRY]: tree }), { child: { other: 1 } })).toBe(true);
  });
});

describe('documents that are read when a reference names them', () => {
  const order = { $id: 'https://acme.example/schemas/order.json', $ref: 'text.json#/$defs/a' };
  const text = { $defs: { a: { type: 'string' } } };

  test('are asked for by path, also by the URIs that they give themselves', () => {
    const asked: unknown[] = [];
    const given: SchemaSources = {
      ...sources({ [ENTRY]: order }),
      read: (...args) => {
        asked.push(args);
        return { uri: 'file:///schemas/text.json', value: text };
      },
    };
    expect(fits(given, 'a')).toBe(true);
    expect(fits(given, 1)).toBe(false);
    const [first, second] = asked;
    expect([first, second]).toEqual([['text.json', ENTRY, '/$ref'], first]);
  });

  test.each(['https://other.example/text.json', '//other.example/text.json', 'urn:text', '/etc/passwd?x'])(
    'are not looked for as `%s`',
    ($ref) => {
      const { problems } = compileJsonSchema({
        ...sources({ [ENTRY]: { $ref } }),
        read: () => {
          throw new Error('read');
        },
      });
      expect(problems).toEqual([
        {
          document: ENTRY,
          pointer: '/$ref',
          message: `\`$ref\` to \`${$ref}\` has no target: schemas are files of the folder and are never fetched`,
        },
      ]);
    },
  );

  test('say where they are wrong', () => {
    const given = {
      ...sources({ [ENTRY]: order }),
      read: () => ({ uri: 'file:///schemas/text.json', value: { $defs: { a: { type: 1 } } } }),
    };
    expect(compileJsonSchema(given).problems).toEqual([
      expect.objectContaining({ document: 'file:///schemas/text.json', pointer: '/$defs/a/type' }),
    ]);
  });
});

test.each<[string, JsonValue]>([
  ['/$defs/a', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }],
  ['', { allOf: [{ $ref: '#' }] }],
  ['', { dependentSchemas: { a: { not: { $ref: '#' } } } }],
])('a schema that refers to itself for the same value is a problem, at `%s`', (pointer, schema) => {
  const message = 'the schema refers to itself for the same value, so that no validation of it ends';
  expect(compileJsonSchema(sources({ [ENTRY]: schema })).problems).toEqual([
    { document: ENTRY, pointer, message },
  ]);
});
