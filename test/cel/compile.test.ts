import { compile, MAX_SOURCE } from '../../src/cel/compile.ts';
import { MAX_DEPTH, MAX_NESTING } from '../../src/cel/syntax/parser.ts';
import type { Problem } from '../../src/cel/syntax/problem.ts';
import type { Simple } from '../../src/cel/value/type.ts';
import { activation, environment } from './names.ts';

/** `marked` is the expression with the range of the problem between ‹ and ›. */
type Mistake = readonly [marked: string, code: Problem['code'], message: string, help?: string];

const ROOTS =
  'known here: `request`, `source`, `caller`, `destination`, `connection`, `jwt`, `context`, `metadata`, `route_metadata`, `policy`, `now`, `variables`, `data`';
const FIELDS =
  '`request` has `id`, `method`, `path`, `url_path`, `query`, `host`, `authority`, `scheme`, `protocol`, `referer`, `useragent`, `headers`, `header_values`, `query_params`, `params`, `time`, `size`, `body`, `body_bytes`';

const NAMES: readonly Mistake[] = [
  ["‹reqest›.method == 'GET'", 'cel_unknown_name', 'unknown name `reqest`', 'did you mean `request`?'],
  [
    "request.‹metod› == 'G'",
    'cel_unknown_name',
    'unknown name `request.metod`',
    'did you mean `request.method`?',
  ],
  [
    "request[‹'metod'›] == 'G'",
    'cel_unknown_name',
    'unknown name `request.metod`',
    'did you mean `request.method`?',
  ],
  [
    '(request) . ‹metod› . size()',
    'cel_unknown_name',
    'unknown name `request.metod`',
    'did you mean `request.method`?',
  ],
  [
    'source.spiffe.‹pathh›',
    'cel_unknown_name',
    'unknown name `source.spiffe.pathh`',
    'did you mean `source.spiffe.path`?',
  ],
  ["‹method› == 'GET'", 'cel_unknown_name', 'unknown name `method`', 'did you mean `request.method`?'],
  ['‹zzzzzzzz›', 'cel_unknown_name', 'unknown name `zzzzzzzz`', ROOTS],
  ['has(request.‹nope›)', 'cel_unknown_name', 'unknown name `request.nope`', FIELDS],
  ['request.?‹nope›.hasValue()', 'cel_unknown_name', 'unknown name `request.nope`', FIELDS],
  [
    'variables.‹tenat› == 1',
    'cel_unknown_name',
    'unknown name `variables.tenat`',
    'did you mean `variables.tenant`?',
  ],
  [
    "jwt.scopes.exists(scope, ‹scop› == '')",
    'cel_unknown_name',
    'unknown name `scop`',
    'did you mean `scope`?',
  ],
  ["'é😀' == ‹reqest›.method", 'cel_unknown_name', 'unknown name `reqest`', 'did you mean `request`?'],
  [
    "request.path.‹startWith›('/')",
    'cel_unknown_name',
    'unknown method `startWith`',
    'did you mean `startsWith`?',
  ],
  [
    "(request.path) // startWith\n .‹startWith›('/')",
    'cel_unknown_name',
    'unknown method `startWith`',
    'did you mean `startsWith`?',
  ],
  [
    "‹startsWith›(request.path, '/')",
    'cel_unknown_name',
    'unknown function `startsWith`',
    "write `request.path.startsWith('/')`",
  ],
  ['now.‹timestamp›()', 'cel_unknown_name', 'unknown method `timestamp`', 'write `timestamp(now)`'],
  ['‹req›.size > 1', 'cel_unknown_name', 'unknown name `req`', 'did you mean `request`?'],
  [
    'request.method == ‹GET›',
    'cel_unknown_name',
    'unknown name `GET`',
    `strings are written in quotes: \`'GET'\`; ${ROOTS}`,
  ],
  [
    "request.headers.x-‹tenant›-id == ''",
    'cel_unknown_name',
    'unknown name `tenant`',
    "write a name with `-` in brackets: `['x-tenant-id']`",
  ],
  ["'a' in jwt.‹scop›", 'cel_unknown_name', 'unknown name `jwt.scop`', 'did you mean `jwt.scopes`?'],
  [
    "request.path.‹match›('a')",
    'cel_unknown_name',
    'unknown method `match`',
    "write `request.path.matches('a')`",
  ],
  [
    "request.path.‹beginsWith›('/')",
    'cel_unknown_name',
    'unknown method `beginsWith`',
    "write `request.path.startsWith('/')`",
  ],
  ['‹not›(true)', 'cel_unknown_name', 'unknown function `not`', 'write `!true`'],
  ['‹siz›(request.path)', 'cel_unknown_name', 'unknown function `siz`', 'did you mean `size`?'],
];

const LIMITS: readonly Mistake[] = [
  [`‹${'1+'.repeat(20_000)}1›`, 'cel_limit', `an expression has at most ${MAX_SOURCE} characters`],
  [`‹${'!'.repeat(50_000)}true›`, 'cel_limit', `an expression has at most ${MAX_SOURCE} characters`],
  [
    `‹${'1+'.repeat(8000)}1›`,
    'cel_limit',
    `operations are nested deeper than ${MAX_DEPTH}`,
    '`&&`, `||` and lists may have any number of operands: `x in [1, 2, 3]`',
  ],
  [`${'['.repeat(65)}‹›${'['.repeat(100)}`, 'cel_limit', `brackets are nested deeper than ${MAX_NESTING}`],
  [`${'-('.repeat(65)}‹›${'-('.repeat(8000)}`, 'cel_limit', `brackets are nested deeper than ${MAX_NESTING}`],
];

function unmark(marked: string): { source: string; start: number; end: number } {
  const start = marked.indexOf('‹');
  return { source: marked.replace(/[‹›]/g, ''), start, end: marked.indexOf('›') - 1 };
}

// test/golden/mistakes shows each mistake as its author sees it; these are the ones whose position is hard to
// determine.
const MISTAKES = [...NAMES, ...LIMITS].map(([marked, code, message, help]) => ({
  title: marked.slice(0, 80),
  marked,
  code,
  message,
  help,
}));

test.each(MISTAKES)('$title: $code', ({ marked, code, message, help }) => {
  const { source, start, end } = unmark(marked);
  const { problems } = compile(source, environment, { result: ['dyn'], allowOptional: true });
  const told = problems?.map(({ edit: _, ...problem }) => problem);
  expect(told).toEqual([{ code, message, start, end, ...(help === undefined ? {} : { help }) }]);
});

const RESULTS: readonly (readonly [
  source: string,
  result: readonly Simple[],
  optional: boolean,
  message: string | undefined,
])[] = [
  ['request.method', ['bool'], false, 'the expression has the type `string`, `bool` is required'],
  [
    'request.headers',
    ['string', 'int'],
    false,
    'the expression has the type `map(string, string)`, `string` or `int` is required',
  ],
  ['jwt', ['bool'], false, 'the expression has the type `jwt`, `bool` is required'],
  ['now - now', ['timestamp'], false, 'the expression has the type `duration`, `timestamp` is required'],
  [
    "request.headers[?'a']",
    ['string'],
    false,
    'the expression has the type `optional(string)`, `string` is required',
  ],
  [
    "request.headers[?'a']",
    ['dyn'],
    false,
    'the expression has the type `optional(string)`, a value that is not an optional is required',
  ],
  ["request.headers[?'a']", ['string'], true, undefined],
  [
    "request.headers[?'a']",
    ['bool'],
    true,
    'the expression has the type `optional(string)`, `bool` is required',
  ],
  ['jwt.claims.admin', ['bool'], false, undefined],
  ['request.headers', ['dyn'], false, undefined],
];

test.each(RESULTS)('%s as %j, optional %j', (source, result, allowOptional, message) => {
  const { problems } = compile(source, environment, { result, allowOptional });
  const isOptional = source.includes('[?');
  const help = isOptional ? { help: 'give the optional a default: `.orValue(...)`' } : {};
  expect(problems).toEqual(
    message === undefined
      ? undefined
      : [{ code: 'cel_result', message, ...help, start: 0, end: source.length }],
  );
});

test('every wrong name and literal of an expression is reported, in order', () => {
  const source = "reqest.method == 'a' && jwt.claim.x == 1 && request.path.matches('(') && has(source.nam)";
  const { problems } = compile(source, environment, { result: ['bool'] });
  expect(problems?.map(({ code, start, end }) => [code, source.slice(start, end)])).toEqual([
    ['cel_unknown_name', 'reqest'],
    ['cel_unknown_name', 'claim'],
    ['cel_literal', "'('"],
    ['cel_unknown_name', 'nam'],
  ]);
});

test('an expression within the limits compiles and evaluates', () => {
  const loops = '[1].all(x, '.repeat(60) + 'true' + ')'.repeat(60);
  const bindings = "cel.bind(x, 'a', ".repeat(60) + 'true' + ')'.repeat(60);
  const sources: readonly string[] = [
    Array.from({ length: 500 }, (_, i) => `request.method == 'M${i}'`).join(' || '),
    `${'true && '.repeat(2000)}false`,
    loops,
    bindings,
    `${'!'.repeat(400)}true`,
    `${'(true ? '.repeat(60)}true${' : false)'.repeat(60)}`,
    `${'false ? false : '.repeat(400)}true`,
    `request.size ${'+ 1 '.repeat(490)}> 0`,
    `[${'1, '.repeat(5000)}1].size() > 0`,
  ];
  const values = sources.map((source) => {
    const { program, problems } = compile(source, environment, { result: ['bool'] });
    expect(problems).toBeUndefined();
    return program?.evaluate(activation);
  });
  expect(values).toEqual([false, false, true, true, true, true, true, true, true]);
});

const READS: readonly (readonly [source: string, reads: readonly string[]])[] = [
  ['true', []],
  ["request.method == 'GET' && now > request.time", ['now', 'request.method', 'request.time']],
  ["jwt.claims.tenant == jwt.claims['x']", ['jwt.claims']],
  ["request['method'] == ''", ['request.method']],
  ['has(request.body.a)', ['request.body']],
  ['request.?body.?a.hasValue()', ['request.body']],
  ["jwt.scopes.exists(now, now == 'a')", ['jwt.scopes']],
  ['cel.bind(jwt, request.size, jwt == 1)', ['request.size']],
  ['source.spiffe.path.size() == 1', ['source.spiffe.path']],
  [
    'type(source.spiffe) == type(1)',
    [
      'source.spiffe.namespace',
      'source.spiffe.path',
      'source.spiffe.service_account',
      'source.spiffe.trust_domain',
    ],
  ],
];

test.each(READS)('%s reads %j', (source, reads) => {
  const { program } = compile(source, environment, { result: ['bool'] });
  expect([...(program?.reads ?? ['none'])].toSorted()).toEqual(reads);
});

test('names of a prototype are unknown like any other', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    for (const source of [
      name,
      `request.${name}`,
      `has(jwt.${name})`,
      `source.spiffe.${name}`,
      `${name}(1)`,
    ]) {
      const { problems } = compile(source, environment, { result: ['dyn'] });
      expect([source, problems?.[0]?.code]).toEqual([source, 'cel_unknown_name']);
    }
  }
});
