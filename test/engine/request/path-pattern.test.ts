import { compilePath, matchPath, type PathPattern } from '../../../src/engine/request/path-pattern.ts';

function compiled(text: string): PathPattern {
  const { pattern, problem } = compilePath(text);
  if (pattern === undefined) throw new Error(problem);
  return pattern;
}

describe('a pattern matches a canonical path', () => {
  test.each([
    ['/', '/', {}],
    ['/api', '/api', {}],
    ['/api', '/api/', {}],
    ['/api/', '/api', {}],
    ['/api/orders/{id}', '/api/orders/42', { id: '42' }],
    ['/api/orders/{id}', '/api/orders/42/', { id: '42' }],
    ['/{a}/{b}', '/x/y', { a: 'x', b: 'y' }],
    ['/{__proto__}', '/x', { ['__proto__']: 'x' }],
    ['/{id}', '/a%20b', { id: 'a b' }],
    ['/{id}', '/a%2520b', { id: 'a%20b' }],
    ['/{id}', '/a%FF', { id: 'a%FF' }],
    ['/*/b', '/a/b', {}],
    ['/files/**', '/files', {}],
    ['/files/**', '/files/', {}],
    ['/files/**', '/files/a/b/c', {}],
    ['/files/{name}/**', '/files/a/b', { name: 'a' }],
    ['/**', '/', {}],
    ['/**', '/a/b', {}],
    ['/users/@me', '/users/%40me', {}],
    ['/a b', '/a%20b', {}],
    ['/é', '/%C3%A9', {}],
  ])('%j on %j', (text, path, params) => {
    const matched = matchPath(compiled(text), path);
    expect(matched).toEqual(new Map(Object.entries(params)));
  });
});

describe('a pattern does not match', () => {
  test.each([
    ['/', '/a'],
    ['/api', '/'],
    ['/api', '/apis'],
    ['/api', '/api/x'],
    ['/api', '/API'],
    ['/api/{id}', '/api'],
    ['/api/{id}', '/api/'],
    ['/api/{id}', '/api/a/b'],
    ['/api/*', '/api/'],
    ['/api/*', '/api/a/b'],
    ['/files/**', '/filesystem'],
    ['/files/**', '/'],
    ['/files/{name}/**', '/files'],
    ['/**', '*'],
    ['/*', '*'],
    ['/a/b', '/a%2Fb'],
  ])('%j on %j', (text, path) => {
    expect(matchPath(compiled(text), path)).toBeUndefined();
  });
});

test('patterns that name no segment share one empty map', () => {
  expect(matchPath(compiled('/a'), '/a')).toBe(matchPath(compiled('/**'), '/b/c'));
});

describe('an invalid pattern is reported', () => {
  test.each([
    ['', 'the path is empty'],
    ['api', '`api` does not start with a slash'],
    ['*', '`*` does not start with a slash; `/**` matches every path'],
    ['/a/**/b', '`/a/**/b` has `**` before its end; `**` may only be the last segment'],
    ['/{a}/{a}', '`/{a}/{a}` names `{a}` twice'],
    ['/a;v=1', '`/a;v=1` has a `;`, but requests with one are denied as `ambiguous_path`'],
    ['/a#b', '`/a#b` has a `#`, but requests with one are denied as `ambiguous_path`'],
    ['/a\\b', '`/a\\b` has a backslash, but requests with one are denied as `ambiguous_path`'],
    ['/a%20b', '`/a%20b` is percent-encoded; write the path decoded'],
    ['/a?b', '`/a?b` has a query string, but paths are compared without one'],
    ['/a\u0000', 'the path has a control character'],
    ['/a//b', '`/a//b` has an empty segment, which no canonical path has'],
    ['//', '`//` has an empty segment, which no canonical path has'],
    ['/a/../b', '`/a/../b` has a dot segment, which no canonical path has'],
    ['/a/*.json', '`*.json` in `/a/*.json` mixes `*` with text; `*` must be a whole segment'],
    [
      '/a-{id}',
      '`a-{id}` in `/a-{id}` is not a valid parameter: write a whole segment `{name}` with letters, digits and `_`',
    ],
    [
      '/{}',
      '`{}` in `/{}` is not a valid parameter: write a whole segment `{name}` with letters, digits and `_`',
    ],
    [
      '/{a-b}',
      '`{a-b}` in `/{a-b}` is not a valid parameter: write a whole segment `{name}` with letters, digits and `_`',
    ],
  ])('%j', (text, problem) => {
    expect(compilePath(text)).toEqual({ problem });
  });
});
