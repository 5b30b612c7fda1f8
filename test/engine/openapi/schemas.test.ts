import { jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { encode } from '../../../src/policy/transfer/encode.ts';
import { compileDocument, compiled, documentOf, verdict } from '../../support/openapi.ts';
import { transferred } from '../../support/transferred.ts';

/** A judge of JSON bodies by a schema of a document of this version. */
function judge(
  openapi: string,
  schema: JsonValue,
  schemas: { readonly [name: string]: JsonValue } = {},
  options = {},
): (body: JsonValue) => string {
  const paths = { '/x': { post: { requestBody: { content: { 'application/json': { schema } } } } } };
  const document = compiled(documentOf(paths, { openapi, components: { schemas } }), options);
  const headers = { 'content-type': 'application/json' };
  return (body) => verdict(document, { method: 'POST', path: '/x', headers, body: JSON.stringify(body) });
}

describe('OpenAPI 3.0', () => {
  test('nullable beside type, also with enum', () => {
    const fits = judge('3.0.3', {
      type: 'object',
      properties: {
        a: { type: 'string', nullable: true },
        b: { type: 'string' },
        c: { type: 'string', nullable: true, enum: ['x'] },
        d: { type: 'string', nullable: true, enum: ['x', null] },
      },
    });
    expect(fits({ a: null })).toBe('fits');
    expect(fits({ b: null })).toBe('`/b` must be a string');
    expect(fits({ c: null })).not.toBe('fits');
    expect(fits({ d: null })).toBe('fits');
  });

  test('nullable beside a reference in allOf, as generators write it', () => {
    const schema = {
      type: 'object',
      properties: { a: { nullable: true, allOf: [{ $ref: '#/components/schemas/A' }] } },
    };
    const fits = judge('3.0.3', schema, { A: { type: 'object', required: ['x'] } });
    expect([fits({ a: null }), fits({ a: { x: 1 } })]).toEqual(['fits', 'fits']);
    expect(fits({ a: {} })).not.toBe('fits');
  });

  test('exclusive bounds as bools', () => {
    const fits = judge('3.0.3', {
      type: 'number',
      minimum: 1,
      exclusiveMinimum: true,
      maximum: 3,
      exclusiveMaximum: false,
    });
    expect([fits(1), fits(1.5), fits(3), fits(4)].map((each) => each === 'fits')).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('what stands beside $ref is ignored', () => {
    const fits = judge('3.0.3', { $ref: '#/components/schemas/A', maxLength: 1 }, { A: { type: 'string' } });
    expect(fits('long')).toBe('fits');
  });

  test('an example and unknown formats limit nothing', () => {
    const fits = judge('3.0.3', {
      type: 'string',
      format: 'phone-number',
      example: 'x',
      'x-own': { a: 1 },
      xml: { name: 'n' },
    });
    expect(fits('anything')).toBe('fits');
    expect(compileDocument(documentOf({}, { openapi: '3.0.0' })).warnings).toEqual([]);
  });

  test('formats of OpenAPI', () => {
    const fits = judge('3.0.3', {
      type: 'object',
      properties: {
        a: { type: 'integer', format: 'int32' },
        b: { type: 'string', format: 'byte' },
        c: { type: 'string', format: 'binary' },
        d: { type: 'string', format: 'date' },
      },
    });
    expect(fits({ a: 2_147_483_647, b: 'aGk=', c: '\u0000', d: '2026-01-01' })).toBe('fits');
    expect([fits({ a: 2_147_483_648 }), fits({ b: '!' }), fits({ d: '2026-13-01' })]).not.toContain('fits');
  });
});

describe('OpenAPI 3.1', () => {
  test('what stands beside $ref holds', () => {
    const fits = judge(
      '3.1.0',
      { $ref: '#/components/schemas/A', maxLength: 2 },
      { A: { type: 'string', minLength: 1 } },
    );
    expect([fits('ab'), fits('abc'), fits('')].map((each) => each === 'fits')).toEqual([true, false, false]);
  });

  test('keywords of JSON Schema 2020-12', () => {
    const fits = judge('3.1.0', {
      type: ['object', 'null'],
      properties: { a: { prefixItems: [{ type: 'string' }], items: false } },
      unevaluatedProperties: false,
    });
    expect([fits(null), fits({ a: ['x'] })]).toEqual(['fits', 'fits']);
    expect([fits({ a: ['x', 1] }), fits({ b: 1 })]).not.toContain('fits');
  });

  test('an anchor, and definitions within a schema', () => {
    const schema = { $ref: '#/components/schemas/A/$defs/id' };
    const fits = judge('3.1.0', schema, {
      A: { $defs: { id: { $anchor: 'id', type: 'integer' } }, $ref: '#id' },
    });
    expect([fits(1), fits('x')]).toEqual(['fits', 'the body must be an integer']);
  });

  test('a schema that refers to itself', () => {
    const node = {
      type: 'object',
      properties: { next: { $ref: '#/components/schemas/Node' }, id: { type: 'integer' } },
      required: ['id'],
    };
    const fits = judge('3.1.0', { $ref: '#/components/schemas/Node' }, { Node: node });
    expect(fits({ id: 1, next: { id: 2, next: { id: 3 } } })).toBe('fits');
    expect(fits({ id: 1, next: { id: 2, next: {} } })).toBe('`/next/next` must have the member `id`');
  });
});

describe('readOnly', () => {
  const schemas = {
    Base: {
      type: 'object',
      required: ['id', 'name'],
      properties: { id: { type: 'integer', readOnly: true }, name: { type: 'string' } },
    },
    Id: { type: 'integer', readOnly: true },
  };

  test('a property may not be sent, and is not required', () => {
    const fits = judge('3.1.0', { $ref: '#/components/schemas/Base' }, schemas);
    expect(fits({ name: 'a' })).toBe('fits');
    expect(fits({ name: 'a', id: 1 })).toBe('`/id` is not expected');
    expect(fits({})).toBe('the body must have the member `name`');
  });

  test('or may be sent, by choice', () => {
    const fits = judge('3.1.0', { $ref: '#/components/schemas/Base' }, schemas, { readOnly: 'allow' });
    expect([fits({ name: 'a' }), fits({ name: 'a', id: 1 })]).toEqual(['fits', 'fits']);
    expect(fits({ name: 'a', id: 'x' })).toBe('`/id` must be an integer');
  });

  test('across allOf, and behind a reference', () => {
    const schema = {
      allOf: [
        { $ref: '#/components/schemas/Base' },
        {
          type: 'object',
          required: ['id', 'own'],
          properties: { own: { $ref: '#/components/schemas/Id' }, x: { type: 'integer' } },
        },
      ],
    };
    const fits = judge('3.0.3', schema, schemas);
    expect(fits({ name: 'a', x: 1 })).toBe('fits');
    expect(fits({ name: 'a', own: 1 })).toBe('`/own` is not expected');
  });

  test.each<[string, JsonValue, JsonValue]>([
    ['a part of `allOf`', { properties: { a: { allOf: [{ $ref: '#/components/schemas/Id' }] } } }, { a: 1 }],
    [
      'a reference in a part of `allOf`',
      { properties: { a: { allOf: [{ allOf: [{ $ref: '#/components/schemas/Again' }] }] } } },
      { a: 1 },
    ],
    ['every branch', { properties: { a: { anyOf: [{ $ref: '#/components/schemas/Id' }] } } }, { a: 1 }],
    [
      'the branch that fits',
      { properties: { a: { oneOf: [{ $ref: '#/components/schemas/Id' }, { type: 'string' }] } } },
      { a: 1 },
    ],
    ['other members', { additionalProperties: { $ref: '#/components/schemas/Id' } }, { a: 1 }],
    ['members that match', { patternProperties: { '^a': { readOnly: true } } }, { a: 1 }],
    ['elements', { properties: { a: { items: { $ref: '#/components/schemas/Id' } } } }, { a: [1] }],
    [
      'a property of a branch',
      { oneOf: [{ properties: { a: { readOnly: true } } }, { required: ['b'] }] },
      { a: 1 },
    ],
  ])('behind a list or a keyword for members: %s', (_name, schema, body) => {
    const all = { ...schemas, Again: { $ref: '#/components/schemas/Id' } };
    const fits = judge('3.1.0', schema, all);
    expect(fits(body)).not.toBe('fits');
    expect(fits({ c: 'x' })).toBe(
      'additionalProperties' in (schema as object) ? fits(body).replace('/a', '/c') : 'fits',
    );
    expect(judge('3.1.0', schema, all, { readOnly: 'allow' })(body)).toBe('fits');
  });

  test('is not required by a schema that another extends', () => {
    const Named = { type: 'object', required: ['id', 'name'], properties: { id: { type: 'integer' } } };
    const Deeper = { allOf: [{ $ref: '#/components/schemas/Named' }] };
    const own = { properties: { id: { readOnly: true } } };
    for (const name of ['Named', 'Deeper']) {
      const reference = { $ref: `#/components/schemas/${name}` };
      const both = {
        type: 'object',
        properties: {
          strict: reference,
          eased: { allOf: [reference, own] },
          beside: { ...reference, ...own },
        },
      };
      const fits = judge('3.1.0', both, { Named, Deeper });
      expect(fits({ eased: { name: 'a' }, beside: { name: 'a' } })).toBe('fits');
      expect(fits({ eased: { name: 'a', id: 1 } })).toBe('`/eased/id` is not expected');
      expect(fits({ eased: {} })).toBe('`/eased` must have the member `name`');
      expect(fits({ strict: { name: 'a' } })).toBe('`/strict` must have the member `id`');
    }
  });

  test('is not required either beside the branches that have it', () => {
    const branch = { properties: { id: { readOnly: true } } };
    const fits = judge('3.1.0', { required: ['id', 'name'], anyOf: [branch, { properties: { x: {} } }] });
    expect(fits({ name: 'a' })).toBe('fits');
    expect(fits({})).toBe('the body must have the member `name`');
  });

  test('writeOnly limits no request', () => {
    const fits = judge('3.1.0', {
      type: 'object',
      required: ['p'],
      properties: { p: { type: 'string', writeOnly: true } },
    });
    expect([fits({ p: 'x' }), fits({})]).toEqual(['fits', 'the body must have the member `p`']);
  });
});

describe('discriminator', () => {
  const schemas = {
    Cat: {
      type: 'object',
      required: ['kind', 'lives'],
      properties: { kind: { type: 'string' }, lives: { type: 'integer' } },
    },
    Dog: {
      type: 'object',
      required: ['kind', 'bark'],
      properties: { kind: { type: 'string' }, bark: { type: 'boolean' } },
    },
  };
  const oneOf = [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }];

  test('by the names of the schemas: the message is about the branch', () => {
    const fits = judge('3.0.3', { oneOf, discriminator: { propertyName: 'kind' } }, schemas);
    expect([fits({ kind: 'Cat', lives: 9 }), fits({ kind: 'Dog', bark: true })]).toEqual(['fits', 'fits']);
    expect(fits({ kind: 'Cat', bark: true })).toBe('the body must have the member `lives`');
    expect(fits({ kind: 'Cow' })).toBe('`/kind` must be one of "Cat", "Dog"');
    expect(fits({ lives: 9 })).toBe('the body must have the member `kind`');
    expect(fits('Cat')).toBe('the body must be an object');
  });

  test('with a mapping, beside names that it does not use', () => {
    const mapping = { kitty: '#/components/schemas/Cat', puppy: 'Dog' };
    const fits = judge('3.1.0', { oneOf, discriminator: { propertyName: 'kind', mapping } }, schemas);
    expect([
      fits({ kind: 'kitty', lives: 9 }),
      fits({ kind: 'puppy', bark: true }),
      fits({ kind: 'Cat', lives: 9 }),
    ]).toEqual(['fits', 'fits', 'fits']);
    expect(fits({ kind: 'kitty', bark: true })).toBe('the body must have the member `lives`');
  });

  test('nullable, and null as a branch', () => {
    const discriminator = { propertyName: 'kind' };
    expect(judge('3.0.3', { nullable: true, oneOf, discriminator }, schemas)(null)).toBe('fits');
    expect(judge('3.1.0', { oneOf: [...oneOf, { type: 'null' }], discriminator }, schemas)(null)).toBe(
      'fits',
    );
    expect(judge('3.1.0', { oneOf, discriminator }, schemas)(null)).not.toBe('fits');
  });

  test('a mapping to a schema that is not in the list is a mistake', () => {
    const schema = {
      oneOf,
      discriminator: { propertyName: 'kind', mapping: { cow: '#/components/schemas/Cow' } },
    };
    const paths = { '/x': { post: { requestBody: { content: { 'application/json': { schema } } } } } };
    const { problems } = compileDocument(
      documentOf(paths, { components: { schemas: { ...schemas, Cow: {} } } }),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      '`cow` is mapped to a schema that is not in the list',
    ]);
  });
});

describe('the cost of compiling', () => {
  /** Schemas that refer to each other in a circle, with 40 references in each. */
  const circle = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [
      `W${at}`,
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 40 }, (_each, member) => [
            `p${member}`,
            { $ref: `#/components/schemas/W${(at + 1) % 12}` },
          ]),
        ),
      },
    ]),
  );
  const bodyOf = (at: number): JsonValue => ({
    type: 'object',
    properties: { [`own${at}`]: { $ref: `#/components/schemas/W${at % 12}` } },
  });
  const documentWith = (operations: number, schemas: JsonValue = circle): JsonValue =>
    documentOf(
      Object.fromEntries(
        Array.from({ length: operations }, (_, at) => [
          `/x${at}`,
          { post: { requestBody: { content: { 'application/json': { schema: bodyOf(at) } } } } },
        ]),
      ),
      { components: { schemas } },
    );
  const compilations = (document: JsonValue): number => {
    const compile = jest.spyOn(Ajv2020.prototype, 'compile');
    compiled(document);
    const { length } = compile.mock.calls;
    compile.mockRestore();
    return length;
  };

  test('what operations refer to is compiled once for all of them', () => {
    expect(compilations(documentWith(24))).toBe(24 + 12);
  });

  test('and sent to another process once', () => {
    const charactersOf = (operations: number): number =>
      encode(compiled(documentWith(operations))).reduce((sum, { nodes }) => sum + nodes.length, 0);
    const [one, hundred] = [charactersOf(1), charactersOf(100)];
    expect(hundred).toBeLessThan(3 * one);
  });

  test('a document that is read again with a change compiles the schema that is changed', () => {
    compiled(documentWith(24));
    const changed = { ...circle, W3: { ...circle['W3'], required: ['p7'] } };
    expect(compilations(documentWith(24, changed))).toBe(1);
    const fits = (body: JsonValue): string =>
      verdict(compiled(documentWith(24, changed)), {
        method: 'POST',
        path: '/x2',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect(fits({ own2: { p1: { p7: {} } } })).toBe('fits');
    expect(fits({ own2: { p1: {} } })).toBe('`/own2/p1` must have the member `p7`');
  });

  test('the schemas of another process refer to each other as here', () => {
    const w1 = { ...circle['W1'], patternProperties: { '^q': { type: 'string', pattern: '^[a-z]{2}$' } } };
    const sent = transferred(compiled(documentWith(13, { ...circle, W1: w1 })));
    const request = { method: 'POST', path: '/x12', headers: { 'content-type': 'application/json' } };
    const fits = (body: JsonValue): string => verdict(sent, { ...request, body: JSON.stringify(body) });
    expect(fits({ own12: { p0: { p1: { p2: {} } } } })).toBe('fits');
    expect(fits({ own12: { p0: { p1: { p2: 'x' } } } })).toBe('`/own12/p0/p1/p2` must be an object');
    expect(fits({ own12: { p0: { q: 'ab' } } })).toBe('fits');
    expect(fits({ own12: { p0: { q: 'abc' } } })).toBe('`/own12/p0/q` must match pattern "^[a-z]{2}$"');
  });
});

const LIMITS = { minLength: 1, maxLength: 2, minItems: 1, maxItems: 2, minimum: 1, maximum: 2 } as const;

test.each<[string, JsonValue, string]>([
  [
    'values',
    Object.fromEntries(
      Array.from({ length: 80 }, (_, at) => [`S${at}`, { allOf: Array.from({ length: 450 }, () => LIMITS) }]),
    ),
    'the schemas of the document have more than 250,000 values',
  ],
  [
    'values of one schema',
    {
      S0: {
        allOf: Array.from({ length: 480 }, () => ({ ...LIMITS, not: LIMITS, if: LIMITS, contains: LIMITS })),
      },
    },
    'a schema has more than 10,000 values',
  ],
])('a bound on the %s of a document', (_name, schemas, message) => {
  const all = Object.keys(schemas as object).map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const paths = {
    '/x': { post: { requestBody: { content: { 'application/json': { schema: { anyOf: all } } } } } },
  };
  const { problems } = compileDocument(documentOf(paths, { components: { schemas } }));
  expect(problems.map((each) => each.message)).toEqual([message]);
});

test('bounds on the operations of a document', () => {
  const paths = Object.fromEntries(Array.from({ length: 5_100 }, (_, at) => [`/p${at}`, { get: {} }]));
  expect(compileDocument(documentOf(paths)).problems.map(({ message }) => message)).toEqual([
    'the document has more than 5000 operations',
  ]);
});
