import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compileDocument, compiled, documentOf, verdict } from '../../support/openapi.ts';

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

test('a schema is compiled once, also when the document is read again with another change', () => {
  const schema = { type: 'object', required: ['once'], properties: { once: { type: 'string' } } };
  const document = (summary: string): JsonValue =>
    documentOf({ '/x': { post: { summary, requestBody: { content: { 'application/json': { schema } } } } } });
  const checkOf = (summary: string): unknown =>
    compileDocument(document(summary)).operations[0]?.operation.body?.contents[0]?.check;
  expect(checkOf('first')).toBeDefined();
  expect(checkOf('second')).toBe(checkOf('first'));
});

test('bounds on the operations of a document', () => {
  const paths = Object.fromEntries(Array.from({ length: 5_100 }, (_, at) => [`/p${at}`, { get: {} }]));
  expect(compileDocument(documentOf(paths)).problems.map(({ message }) => message)).toEqual([
    'the document has more than 5000 operations',
  ]);
});
