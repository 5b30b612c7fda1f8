import { findOperation } from '../../../src/engine/openapi/judge.ts';
import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compileDocument, compiled, documentOf, verdict } from '../../support/openapi.ts';

/** A path item with these methods, whose path parameters are texts. */
function item(path: string, ...methods: readonly string[]): JsonValue {
  const parameters = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const operations = methods.map((method) => [method, { operationId: `${method} ${path}` }] as const);
  return { parameters, ...Object.fromEntries(operations) };
}

function paths(...rows: readonly (readonly [path: string, ...methods: string[]])[]): JsonValue {
  return Object.fromEntries(rows.map(([path, ...methods]) => [path, item(path, ...methods)]));
}

function finder(document: JsonValue): (method: string, path: string) => string {
  const schema = compiled(document);
  return (method, path) => {
    const { operation, methods } = findOperation(schema, method, path);
    return operation?.id ?? `none of ${methods?.join(', ') ?? ''}`;
  };
}

describe('the operation of a request', () => {
  const find = finder(
    documentOf(
      paths(
        ['/', 'get'],
        ['/pets', 'get', 'post'],
        ['/pets/mine', 'get'],
        ['/pets/{id}', 'get', 'delete'],
        ['/pets/{id}/toys/{toy}', 'get'],
        ['/pets/{id}/toys/all', 'get'],
        ['/files/{name}.json', 'get'],
        ['/files/{name}.{extension}', 'get'],
        ['/files/{file}', 'get'],
        ['/reports/{from}..{to}', 'get'],
        ['/orders/{id}:cancel', 'post'],
        ['/é/{id}', 'get'],
        ['/slashed/', 'get'],
        ['/both', 'get'],
        ['/both/', 'get'],
      ),
    ),
  );

  test.each([
    ['GET', '/', 'get /'],
    ['GET', '/pets', 'get /pets'],
    ['POST', '/pets', 'post /pets'],
    ['GET', '/pets/', 'get /pets'],
    // Text comes before parameters.
    ['GET', '/pets/mine', 'get /pets/mine'],
    ['GET', '/pets/7', 'get /pets/{id}'],
    ['GET', '/pets/7/toys/all', 'get /pets/{id}/toys/all'],
    ['GET', '/pets/7/toys/3', 'get /pets/{id}/toys/{toy}'],
    // The path with more text does not have the method, and services route by both.
    ['DELETE', '/pets/mine', 'delete /pets/{id}'],
    ['GET', '/files/a.json', 'get /files/{name}.json'],
    ['GET', '/files/a.txt', 'get /files/{name}.{extension}'],
    ['GET', '/files/a', 'get /files/{file}'],
    ['GET', '/files/.json', 'get /files/{file}'],
    ['GET', '/reports/1..2', 'get /reports/{from}..{to}'],
    ['POST', '/orders/7:cancel', 'post /orders/{id}:cancel'],
    ['POST', '/orders/7%3Acancel', 'post /orders/{id}:cancel'],
    ['GET', '/%C3%A9/1', 'get /é/{id}'],
    ['GET', '/slashed', 'get /slashed/'],
    ['GET', '/both', 'get /both'],
    ['GET', '/both/', 'get /both/'],
    // A HEAD asks about the GET, any other method only about itself.
    ['HEAD', '/pets', 'get /pets'],
    ['OPTIONS', '/pets', 'none of GET, POST'],
    ['get', '/pets', 'none of GET, POST'],
    ['PUT', '/pets/7', 'none of GET, DELETE'],
    ['GET', '/pets/7/toys', 'none of '],
    ['GET', '/Pets', 'none of '],
    ['GET', '*', 'none of '],
    ['CONNECT', '', 'none of '],
  ])('%s %s: %s', (method, path, expected) => {
    expect(find(method, path)).toBe(expected);
  });

  test('one that the document has for HEAD and OPTIONS', () => {
    const own = finder(documentOf(paths(['/pets', 'get', 'head', 'options'])));
    expect(['HEAD', 'OPTIONS'].map((method) => own(method, '/pets'))).toEqual([
      'head /pets',
      'options /pets',
    ]);
  });

  test('an unknown one is denied with what is known, or allowed', () => {
    const document = documentOf(paths(['/pets', 'get']));
    expect(verdict(compiled(document), { path: '/other' })).toBe('the API has no operation with this path');
    expect(verdict(compiled(document), { method: 'PUT', path: '/pets' })).toBe(
      'the API has no operation PUT with this path, only GET',
    );
    expect(verdict(compiled(document, { unknown: 'allow' }), { path: '/other' })).toBe('fits');
  });
});

describe('the path of the servers', () => {
  const under = (servers: JsonValue, path: string, options = {}): string => {
    const schema = compiled(documentOf(paths(['/pets', 'get']), { servers }), options);
    return findOperation(schema, 'GET', path).operation?.id ?? 'none';
  };

  test.each([
    [[{ url: 'https://a.example/v1' }], '/v1/pets'],
    [[{ url: 'https://a.example/v1/' }], '/v1/pets'],
    [[{ url: 'https://a.example' }], '/pets'],
    [[{ url: '/api' }], '/api/pets'],
    [[{ url: 'api/v2' }], '/api/v2/pets'],
    [[{ url: '//a.example/x' }], '/x/pets'],
    [[{ url: 'https://a.example/v1' }, { url: 'http://b.example/v2' }], '/v2/pets'],
    [
      [
        {
          url: 'https://{tenant}.example/{version}',
          variables: { tenant: { default: 'a' }, version: { default: 'v1', enum: ['v1', 'v2'] } },
        },
      ],
      '/v2/pets',
    ],
    [[{ url: '/{base}', variables: { base: { default: 'any' } } }], '/other/pets'],
    [[{ url: '/{base}', variables: { base: { default: 'a/b' } } }], '/a/b/pets'],
    [[], '/pets'],
  ])('%j: %s', (servers, path) => {
    expect(under(servers, path)).toBe('get /pets');
  });

  test('no other path', () => {
    expect(under([{ url: 'https://a.example/v1' }], '/pets')).toBe('none');
    expect(under([{ url: '/{v}', variables: { v: { default: 'v1', enum: ['v1'] } } }], '/v3/pets')).toBe(
      'none',
    );
  });

  test('basePath of the policy instead', () => {
    expect(under([{ url: '/v1' }], '/pets', { basePath: '/' })).toBe('get /pets');
    expect(under([{ url: '/v1' }], '/x/pets', { basePath: '/x' })).toBe('get /pets');
    expect(under([{ url: '/v1' }], '/v1/pets', { basePath: '/x' })).toBe('none');
  });

  test('that of the operation and that of its path come first', () => {
    const own = {
      get: { operationId: 'own', servers: [{ url: '/own' }] },
      servers: [{ url: '/item' }],
      post: { operationId: 'item' },
    };
    const schema = compiled(documentOf({ '/pets': own }, { servers: [{ url: '/whole' }] }));
    expect(findOperation(schema, 'GET', '/own/pets').operation?.id).toBe('own');
    expect(findOperation(schema, 'POST', '/item/pets').operation?.id).toBe('item');
    expect(findOperation(schema, 'GET', '/whole/pets').operation).toBeUndefined();
  });

  test('too many paths are refused', () => {
    const values = Array.from({ length: 20 }, (_, index) => `v${index}`);
    const variables = { a: { default: 'v0', enum: values }, b: { default: 'v0', enum: values } };
    const { problems } = compileDocument(
      documentOf(paths(['/pets', 'get']), { servers: [{ url: '/{a}/{b}', variables }] }),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'the servers have more than 100 different paths',
    ]);
  });
});

function twoOperations(one: string, other: string): string {
  return `the path is that of \`${one}\`, and that of \`${other}\` for services that decode its escapes`;
}

describe('an escape that only some services decode before they look for the operation', () => {
  const schema = compiled(
    documentOf(
      paths(
        ['/orders/{id}:cancel', 'post'],
        ['/orders/{id}', 'post'],
        ['/users/@me', 'post'],
        ['/users/{id}', 'post'],
        ['/only/{id}:cancel', 'post'],
        ['/a b', 'post'],
        ['/{any}', 'post'],
      ),
    ),
  );

  test.each([
    ['/orders/1:cancel', 'fits'],
    ['/orders/1%3Acancel', twoOperations('POST /orders/{id}', 'POST /orders/{id}:cancel')],
    ['/orders/1%3acancel', twoOperations('POST /orders/{id}', 'POST /orders/{id}:cancel')],
    ['/orders/1%3Aother', 'fits'],
    ['/users/@me', 'fits'],
    ['/users/%40me', twoOperations('POST /users/{id}', 'POST /users/@me')],
    ['/users/a%40b', 'fits'],
    ['/only/1%3Acancel', 'fits'],
    ['/a%20b', 'fits'],
  ])('%s', (path, expected) => {
    expect(verdict(schema, { method: 'POST', path })).toBe(expected);
  });
});

describe('bounds', () => {
  test('a segment with many separators takes few steps, and is denied', () => {
    const path = '/f/{a}.{b}.{c}.{d}';
    const schema = compiled(documentOf(paths([path, 'get'])));
    const start = process.cpuUsage().user;
    expect(verdict(schema, { path: `/f/${'.'.repeat(50_000)}x` })).toBe(
      'the path can be read in too many ways',
    );
    expect(process.cpuUsage().user - start).toBeLessThan(1_000_000);
  });

  test('a path that is read in too many ways is denied', () => {
    const path = '/f/{a}-{b}/{c}-{d}';
    const schema = compiled(documentOf(paths([path, 'get'])));
    expect(verdict(schema, { path: '/f/1-2-3/1-2-3' })).toBe('fits');
    expect(verdict(schema, { path: '/f/1-2-3-4-5-6/1-2-3-4-5-6' })).toBe(
      'the path can be read in too many ways',
    );
  });

  test('a path with too many readings does not fall to a less strict one', () => {
    const schema = compiled(documentOf(paths(['/f/{a}.{b}', 'get'], ['/f/{any}', 'get'])));
    expect(verdict(schema, { path: `/f/${'a.'.repeat(20)}exe` })).toBe(
      'the path can be read in too many ways',
    );
  });

  test('every node of the routes is visited once', () => {
    const names = ['a', '{x}'];
    const all = Array.from({ length: 256 }, (_, bits) =>
      Array.from({ length: 8 }, (_value, at) => ((bits >> at) & 1 ? 'a' : `{x${at}}`)).join('/'),
    );
    expect(names).toHaveLength(2);
    const schema = compiled(documentOf(paths(...all.map((each) => [`/${each}/end`, 'get'] as const))));
    expect(verdict(schema, { path: `/${'a/'.repeat(8)}other` })).toBe(
      'the API has no operation with this path',
    );
    expect(verdict(schema, { path: `/${'a/'.repeat(8)}end` })).toBe('fits');
  });
});
