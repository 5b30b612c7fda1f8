import { createEnvironment } from '../../../src/cel/check/environment.ts';
import type { TextComparison } from '../../../src/cel/check/text-comparisons.ts';
import { compile } from '../../../src/cel/compile.ts';
import { SPIFFE_FUNCTIONS } from '../../../src/policy/compile/spiffe-function.ts';
import { writtenPattern } from '../../../src/policy/lint/written-patterns.ts';

const NAMES = ['source.principal', 'caller.spiffe.namespace', 'request.url_path', 'request.host'] as const;
const environment = createEnvironment(
  Object.fromEntries(NAMES.map((name) => [name, { type: 'string' }])),
  SPIFFE_FUNCTIONS,
);

function holds(condition: string, value: string): unknown {
  const { program, problems } = compile(condition, environment, { result: ['bool'] });
  if (program === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  return program.evaluate({
    source: { principal: value },
    caller: { spiffe: { namespace: value } },
    request: { url_path: value, host: value },
  });
}

type Row = readonly [
  name: (typeof NAMES)[number],
  test: TextComparison['test'],
  text: string,
  meant: readonly string[],
  others: readonly string[],
];

const ROWS: readonly Row[] = [
  [
    'source.principal',
    '==',
    'spiffe://acme.example/ns/*/sa/web',
    ['spiffe://acme.example/ns/a/sa/web'],
    ['spiffe://acme.example/ns/a/b/sa/web', 'spiffe://acme.example/ns/a/sa/webs'],
  ],
  [
    'source.principal',
    'in',
    'spiffe://acme.example/**',
    ['spiffe://acme.example/a/b'],
    ['spiffe://acme.examples/a'],
  ],
  [
    'source.principal',
    'startsWith',
    'spiffe://acme.example/ns/*',
    ['spiffe://acme.example/ns/a'],
    ['spiffe://acme.example/n'],
  ],
  ['request.host', '==', '*.acme.svc', ['a.acme.svc', 'a.b.acme.svc'], ['acme.svc', 'xacme.svc']],
  ['request.host', 'endsWith', '*.acme.svc', ['a.acme.svc'], ['xacme.svc']],
  ['request.url_path', '==', '/api/*', ['/api/a', '/api/*'], ['/api', '/api/a/b', '/xapi/a']],
  ['request.url_path', '==', '/api/**', ['/api', '/api/a', '/api/a/b'], ['/apis', '/ap']],
  ['request.url_path', '==', '/v1.0/{id}/items', ['/v1.0/a/items'], ['/v1x0/a/items', '/v1.0/a/b/items']],
  ['request.url_path', '!=', '/orders/:id', ['/orders/a'], ['/orders/a/b']],
  ['request.url_path', 'startsWith', '/api/**', ['/api/a'], ['/ap']],
  ['caller.spiffe.namespace', '==', 'shop-*', ['shop-a', 'shop-'], ['shop', 'a-shop-b']],
  ['caller.spiffe.namespace', '==', '*-shop', ['a-shop'], ['a-shops']],
  ['caller.spiffe.namespace', '==', '*shop*', ['a-shop-b'], ['a-shp']],
];

describe('patterns in comparisons', () => {
  test.each(ROWS)('%s %s %j: the condition in the help means it', (name, test, text, meant, others) => {
    const pattern = writtenPattern(name, test, text);
    if (pattern?.condition === undefined) throw new Error('no condition');
    const condition = pattern.condition(name);
    expect([pattern.sample, ...meant].map((value) => [value, holds(condition, value)])).toEqual(
      [pattern.sample, ...meant].map((value) => [value, true]),
    );
    expect(others.map((value) => [value, holds(condition, value)])).toEqual(
      others.map((value) => [value, false]),
    );
  });

  test.each([
    ['source.principal', '==', '*.acme.svc'],
    ['source.principal', 'spiffe', 'spiffe://acme.example/*'],
    ['request.url_path', '==', '*'],
    ['request.url_path', '==', '/orders/a:b'],
    ['request.url_path', 'endsWith', '/*'],
    ['request.headers', '==', '/api/*'],
    ['request.query', '==', '*'],
  ] as const)('%s %s %j is not a pattern', (name, test, text) => {
    expect(writtenPattern(name, test, text)).toBeUndefined();
  });
});
