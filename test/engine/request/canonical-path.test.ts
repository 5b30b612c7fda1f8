import { canonicalPath } from '../../../src/engine/request/canonical-path.ts';
import { pick, seeded } from '../../support/seeded.ts';

describe('a path is made canonical', () => {
  test.each([
    ['/', '/', ''],
    ['/api/orders/42', '/api/orders/42', ''],
    ['/api/orders/', '/api/orders/', ''],
    ['/a?b=c', '/a', 'b=c'],
    ['/a?', '/a', ''],
    ['/a??b', '/a', '?b'],
    ['/?a=/../%2f;\\|"', '/', 'a=/../%2f;\\|"'],
    ['//a///b//', '/a/b/', ''],
    ['/a/./b', '/a/b', ''],
    ['/a/b/../c', '/a/c', ''],
    ['/a/b/..', '/a/', ''],
    ['/a/.', '/a/', ''],
    ['/.', '/', ''],
    ['/a/..', '/', ''],
    ['/.well-known/x', '/.well-known/x', ''],
    ['/...', '/...', ''],
    ['/a/..b', '/a/..b', ''],
    ['/%61%7E%2d%5f', '/a~-_', ''],
    ['/v1%2e0', '/v1.0', ''],
    ['/%c3%a9', '/%C3%A9', ''],
    ['/%f0%9f%98%80', '/%F0%9F%98%80', ''],
    ['/a%20b%3a', '/a%20b%3A', ''],
    ['/100%25', '/100%25', ''],
    ['/a%2541', '/a%2541', ''],
    ['/a%252eb', '/a%252eb', ''],
    ['/%25252e%252e%252e', '/%25252e%252e%252e', ''],
    ['*', '*', ''],
    ['*?a', '*', 'a'],
  ])('%j is %j and %j', (path, canonical, query) => {
    expect(canonicalPath(path)).toEqual({ path: canonical, query, ambiguous: undefined });
  });
});

test('the path of CONNECT is empty, and that of other methods must not be', () => {
  expect(canonicalPath('', 'CONNECT')).toEqual({ path: '', query: '', ambiguous: undefined });
  expect(canonicalPath('', 'GET').ambiguous).toBe('no leading slash');
  expect(canonicalPath('').ambiguous).toBe('no leading slash');
  expect(canonicalPath('?a', 'CONNECT').ambiguous).toBe('no leading slash');
  expect(canonicalPath('db:5432', 'CONNECT').ambiguous).toBe('no leading slash');
});

describe('a path that servers may read differently is ambiguous', () => {
  test.each([
    ['/a%2fb', '/a%2Fb', 'an encoded slash'],
    ['/a%5Cb', '/a%5Cb', 'an encoded backslash'],
    ['/a%00', '/a%00', 'an encoded NUL'],
    ['/a\\b', '/a\\b', 'a raw backslash'],
    ['/a\nb', '/a\nb', 'a control byte'],
    ['/a\u007f', '/a\u007f', 'a control byte'],
    ['/é', '/é', 'a non-ASCII byte'],
    ['/a/%2e%2e/b', '/b', 'an encoded dot segment'],
    ['/a/.%2E/b', '/b', 'an encoded dot segment'],
    ['/a/%2e', '/a/', 'an encoded dot segment'],
    ['/..', '/', 'a `..` above the root'],
    ['/a/../../b', '/b', 'a `..` above the root'],
    ['/a//../b', '/b', 'a `..` after a doubled slash'],
    ['/a//./../b', '/b', 'a `..` after a doubled slash'],
    ['/a%', '/a%', 'a broken escape'],
    ['/a%2', '/a%2', 'a broken escape'],
    ['/a%zz', '/a%zz', 'a broken escape'],
    ['/a%u002f', '/a%u002f', 'a broken escape'],
    ['/%ff', '/%FF', 'a broken escape'],
    ['/%c3', '/%C3', 'a broken escape'],
    ['/%c3%28', '/%C3%28', 'a broken escape'],
    ['/%ed%a0%80', '/%ED%A0%80', 'a broken escape'],
    ['/%f4%90%80%80', '/%F4%90%80%80', 'a broken escape'],
    ['/%c0%af', '/%C0%AF', 'an overlong escape'],
    ['/%e0%80%af', '/%E0%80%AF', 'an overlong escape'],
    ['/%f0%80%80%af', '/%F0%80%80%AF', 'an overlong escape'],
    ['/a%252fb', '/a%252fb', 'a `%25` that hides another escape'],
    ['/a%25%32%46b', '/a%252Fb', 'a `%25` that hides another escape'],
    ['/a%2525255cb', '/a%2525255cb', 'a `%25` that hides another escape'],
    ['/%2500', '/%2500', 'a `%25` that hides another escape'],
    ['/%25c0%25af', '/%25c0%25af', 'a `%25` that hides another escape'],
    ['/%25e0%2580%25af', '/%25e0%2580%25af', 'a `%25` that hides another escape'],
    ['/a/%252e%252e/b', '/a/%252e%252e/b', 'a `%25` that hides another escape'],
    ['/a/.%25252e', '/a/.%25252e', 'a `%25` that hides another escape'],
    ['/a;v=1/b', '/a;v=1/b', 'a `;`'],
    ['/a#b', '/a#b', 'a `#`'],
    ['/a?b#c', '/a', 'a `#`'],
    ['/a?b=é', '/a', 'a non-ASCII byte'],
    ['/%61?b=é', '/a', 'a non-ASCII byte'],
    ['/a?b=\uFFFD', '/a', 'a non-ASCII byte'],
    ['/a?b=\t', '/a', 'a control byte'],
    ['/a?b=\x7F', '/a', 'a control byte'],
    ['http://host/a', '/a', 'an absolute form'],
    ['http://host', '/', 'an absolute form'],
    ['a/b', '/a/b', 'no leading slash'],
    ['**', '/**', 'no leading slash'],
    ['', '/', 'no leading slash'],
  ])('%j is %j with %s', (path, canonical, ambiguous) => {
    expect(canonicalPath(path)).toMatchObject({ path: canonical, ambiguous });
  });
});

describe('for any path', () => {
  const pieces = [
    '/',
    '//',
    '/.',
    '/..',
    'a',
    'B',
    '%41',
    '%2f',
    '%2e',
    '%25',
    '2e',
    '%c3%a9',
    '%C0',
    '%',
    ';',
    '\\',
    '?',
    '#',
    '~',
    '\u0000',
    'é',
  ] as const;

  test('the canonical form is idempotent unless the path is ambiguous', () => {
    const random = seeded(20261123);
    let unambiguous = 0;
    for (let round = 0; round < 20_000; round++) {
      let path = '/';
      for (let length = random() * 9; length > 0; length--) path += pick(random, pieces);
      const once = canonicalPath(path);
      if (once.ambiguous !== undefined) continue;
      unambiguous++;
      expect({ path, again: canonicalPath(once.path) }).toEqual({
        path,
        again: { path: once.path, query: '', ambiguous: undefined },
      });
      expect(once.path).not.toMatch(/\/\/|\/\.{1,2}(?:\/|$)|%2f|[;#\\]/i);
    }
    expect(unambiguous).toBeGreaterThan(1000);
  });

  test.each(['%25', '25', '%252e', '/..', '//', '%c3', '%2e', '/a', ';'])(
    'a long run of %s is read in linear time',
    (piece) => {
      const path = `/${piece.repeat(200_000)}`;
      const before = performance.now();
      expect(canonicalPath(path).path.startsWith('/')).toBe(true);
      expect(performance.now() - before).toBeLessThan(2000);
    },
  );
});
