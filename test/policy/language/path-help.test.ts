import { compilePath, matchPath } from '../../../src/engine/request/path-pattern.ts';
import { pathHelp } from '../../../src/policy/language/path-help.ts';
import { compileFolder } from '../../support/compile.ts';
import { memoryFiles } from '../memory-files.ts';

/** Text that people write, a path that they mean, and one that they do not mean (undefined: only `when` excludes it). */
test.each([
  ['/orders/:id', '/orders/7', '/orders/7/items'],
  ['/orders/:id(\\d+)/items', '/orders/7/items', '/orders/7'],
  ['/files/:rest*', '/files/a/b', '/file'],
  ['^/orders/\\d+$', '/orders/7', '/orders'],
  ['^\\/orders\\/v1\\.0$', '/orders/v1.0', '/orders/v1-0'],
  ['/orders/[0-9a-f]{8}', '/orders/00c0ffee', '/orders'],
  ['/files/.*', '/files/a/b', '/file'],
  ['/files/(.*)', '/files/a/b', '/file'],
  ['/a/.*/b', '/a/x/b', '/a/b'],
  ['/a/[^/]+/b', '/a/x/b', '/a/x/y/b'],
  ['/a/([^/]+)/b', '/a/x/b', '/a/x/y/b'],
  ['/orders/(open|closed)', '/orders/closed', '/orders/other'],
  ['/orders/(?:open|closed)/x', '/orders/open/x', '/orders/open'],
  ['/files/*.json', '/files/a.json', '/files/a/b.json'],
  ['/reports/monthly-*', '/reports/monthly-1', '/reports'],
  ['/a*b', '/axb', '/axb/c'],
  ['/a/**/b', '/a/x/y/b', '/c'],
  ['/a/**/*.json', '/a/x/y.json', '/c'],
  ['/orders/{id}:cancel', '/orders/7:cancel', '/orders/7/cancel'],
  ['/v{version}/orders', '/v2/orders', '/v2'],
  ['/{a}-{b}', '/x-y', '/x-y/z'],
  ['/orders/{id:[0-9]+}', '/orders/7', '/orders'],
  ['/files/{rest...}', '/files/a/b', '/file'],
  ['/files/{*rest}', '/files/a/b', '/file'],
  ['/files/{rest=**}', '/files/a/b', '/file'],
  ['/orders/<int:id>', '/orders/7', '/orders'],
  ['/files/<path:rest>', '/files/a/b', '/file'],
  ['/orders/[id]', '/orders/7', '/orders'],
  ['/files/[...rest]', '/files/a/b', '/file'],
  ['api/orders', '/api/orders', '/orders'],
])('the help for %s is a match that selects %s and not %s', (written, meant, other) => {
  expect(compilePath(written).problem).toBeDefined();
  const help = pathHelp(written) ?? '';
  const [, paths = '', , when] = /^write (.*?)(, and `when: (.*)`)?$/.exec(help) ?? [];
  const texts = paths.split(' and ').map((each) => each.slice(1, -1));
  const patterns = texts.flatMap((text) => compilePath(text).pattern ?? []);
  expect(patterns.some((pattern) => matchPath(pattern, meant))).toBe(true);
  expect(patterns.some((pattern) => matchPath(pattern, other))).toBe(false);
  expect(errorsOf({ paths: texts, ...(when !== undefined && { when }) })).toEqual([]);
});

test.each([
  '/orders/*/items',
  '/odata/Orders(1)/$count',
  '/v1/orders:cancel',
  '/a+b/c=d',
  '/a[0]',
  '/x.y/~z',
  '/$a',
])('%s is a valid path', (path) => {
  expect(compilePath(path).problem).toBeUndefined();
});

test.each([
  ['/a//b/', '/a/b'],
  ['/a/./b/../{id}', '/a/{id}'],
  ['/a%20b/%C3%A9', '/a b/é'],
  ['/a/{id}?debug=1', '/a/{id}'],
])('the help for %s is the canonical path %s', (path, canonical) => {
  expect(compilePath(path).problem).toBeDefined();
  expect(pathHelp(path)).toMatch(
    new RegExp(`^write \`${canonical}\`(, and compare \`request.query_params\` in \`when\`)?$`),
  );
  expect(compilePath(canonical).problem).toBeUndefined();
});

test('the help for an empty path tells how to select CONNECT', () => {
  expect(pathHelp('')).toContain('CONNECT');
});

test.each([
  '*',
  '/../b',
  '/a?b',
  '/a;b',
  '/{',
  '/a%2Fb',
  '/a%2a',
  '/a%25b',
  '/a%ff',
  '/(a|(b|c))',
  '/**/**',
  '/a/**/{b}',
])('the meaning of %j is not clear', (path) => {
  expect(compilePath(path).problem).toBeDefined();
  expect(pathHelp(path)).toBeUndefined();
});

/** Errors of a policy with this match entry. */
function errorsOf(match: object): readonly string[] {
  const policy = {
    apiVersion: 'lictor/v1',
    kind: 'Policy',
    metadata: { name: 'a' },
    spec: { match: [match] },
  };
  const { diagnostics } = compileFolder(memoryFiles({ 'a.yaml': JSON.stringify(policy) }));
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}
