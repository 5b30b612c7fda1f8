import { compile, MAX_DEPTH, MAX_SOURCE } from '../../src/cel/compile.ts';
import type { Problem } from '../../src/cel/program.ts';
import type { Simple } from '../../src/cel/type.ts';
import { activation, environment } from './names.ts';

/** `marked` is the expression with the stretch of the problem between ‹ and ›. */
type Mistake = readonly [marked: string, code: Problem['code'], message: string, help?: string];

const ROOTS =
  'known here: `request`, `source`, `destination`, `connection`, `jwt`, `context`, `metadata`, `route_metadata`, `policy`, `now`, `variables`, `data`';
const FIELDS =
  '`request` has `id`, `method`, `path`, `url_path`, `query`, `host`, `scheme`, `protocol`, `referer`, `useragent`, `headers`, `query_params`, `params`, `time`, `size`, `body`, `body_bytes`';

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
    '`startsWith` is a method: write `x.startsWith(...)`',
  ],
  [
    'now.‹timestamp›()',
    'cel_unknown_name',
    'unknown method `timestamp`',
    '`timestamp` is a function: write `timestamp(x)`',
  ],
  ['‹req›.size > 1', 'cel_unknown_name', 'unknown name `req`', 'did you mean `request`?'],
  [
    'request.method == ‹GET›',
    'cel_unknown_name',
    'unknown name `GET`',
    `text stands in quotes: \`'GET'\`; ${ROOTS}`,
  ],
  [
    "request.headers.x-‹tenant›-id == ''",
    'cel_unknown_name',
    'unknown name `tenant`',
    "a name with `-` stands in brackets: `['x-tenant-id']`",
  ],
  ["'a' in jwt.‹scop›", 'cel_unknown_name', 'unknown name `jwt.scop`', 'did you mean `jwt.scopes`?'],
  ["request.path.‹match›('a')", 'cel_unknown_name', 'unknown method `match`', 'did you mean `matches`?'],
  [
    "request.path.‹beginsWith›('/')",
    'cel_unknown_name',
    'unknown method `beginsWith`',
    'did you mean `startsWith`?',
  ],
  ['‹not›(true)', 'cel_unknown_name', 'unknown function `not`', 'did you mean `!`?'],
  ['‹siz›(request.path)', 'cel_unknown_name', 'unknown function `siz`', 'did you mean `size`?'],
];

const TYPES: readonly Mistake[] = [
  ['request.method.‹length› > 1', 'cel_type', '`string` has no fields', 'the length is `size(x)`'],
  ["‹1 + 'a'›", 'cel_type', '`+` does not take `int` and `string`', 'convert the number with `string()`'],
  [
    '‹request.size == 1.0›',
    'cel_type',
    '`==` does not take `int` and `double`',
    'convert one with `int()` or `double()`',
  ],
  [
    "‹request.headers[?'a'] == 'b'›",
    'cel_type',
    '`==` does not take `optional(string)` and `string`',
    'give the optional a default: `.orValue(...)`',
  ],
  [
    "‹request.size > '100'›",
    'cel_type',
    '`>` does not take `int` and `string`',
    'write `100` without quotes',
  ],
  [
    "‹'-1' != request.size›",
    'cel_type',
    '`!=` does not take `string` and `int`',
    'write `-1` without quotes',
  ],
  [
    "‹request.size > 'big'›",
    'cel_type',
    '`>` does not take `int` and `string`',
    'a number is compared with a number',
  ],
  [
    "‹request.headers['a'] > 5›",
    'cel_type',
    '`>` does not take `string` and `int`',
    'convert the text with `int()`',
  ],
  ["‹now > '2026-01-01'›", 'cel_type', '`>` does not take `timestamp` and `string`'],
  ['‹!1›', 'cel_type', '`!` does not take `int`'],
  ['true && ‹request.method›', 'cel_type', '`&&` takes bool, not `string`'],
  ['‹request.size› || true', 'cel_type', '`||` takes bool, not `int`'],
  ['‹request.size› ? 1 : 2', 'cel_type', 'a condition must be bool, not `int`'],
  ["‹true ? 1 : 'a'›", 'cel_type', 'the branches of `?:` have different types, `int` and `string`'],
  [
    '‹request.method.startsWith(1)›',
    'cel_type',
    'there is no `string.startsWith(int)`',
    'the arguments have other types than any form of it takes',
  ],
  [
    '‹request.method.matches(1)›',
    'cel_type',
    'there is no `string.matches(int)`',
    'the arguments have other types than any form of it takes',
  ],
  [
    "‹request.size.matches('a')›",
    'cel_type',
    'there is no `int.matches(string)`',
    'the arguments have other types than any form of it takes',
  ],
  [
    '‹size(now)›',
    'cel_type',
    'there is no `size(timestamp)`',
    'the arguments have other types than any form of it takes',
  ],
  ["request.method.‹a› == ''", 'cel_type', '`string` has no fields'],
  ["‹jwt.scopes['a']› == ''", 'cel_type', 'list index must be int, got `string`'],
  ['‹request.size›.all(x, true)', 'cel_type', 'only lists and maps have elements, `int` has none'],
  ['has(‹1›)', 'cel_type', '`has` takes a field of a name, such as `has(jwt.claims.tenant)`'],
  ['‹[].all(e, e > 0)›', 'cel_type', 'the types of the expression cannot be told'],
];

const OPERATORS = "operators are `&&`, `||`, `!`, `==`; text stands in `'quotes'`";

const SYNTAX: readonly Mistake[] = [
  ['1 +‹›', 'cel_syntax', 'the expression ends too early'],
  ['‹›', 'cel_syntax', 'the expression ends too early'],
  ['(1‹›', 'cel_syntax', 'expected `)`, found the end of the expression'],
  ['(1 ‹2›)', 'cel_syntax', 'expected `)`, found a number'],
  ['1 ‹2›', 'cel_syntax', 'unexpected `2`', OPERATORS],
  ['1 ‹~› 2', 'cel_syntax', 'unexpected `~`', OPERATORS],
  ['‹`›a`', 'cel_syntax', 'unexpected backtick', OPERATORS],
  ['true ‹&› true', 'cel_syntax', 'unexpected `&`', 'did you mean `&&`?'],
  ['true ‹|› true', 'cel_syntax', 'unexpected `|`', 'did you mean `||`?'],
  ['true ‹and› true', 'cel_syntax', 'unexpected `and`', 'did you mean `&&`?'],
  ['true ‹OR› true', 'cel_syntax', 'unexpected `OR`', 'did you mean `||`?'],
  ['‹not› connection.mtls', 'cel_syntax', 'unexpected `not`', 'did you mean `!`?'],
  ["'a' ‹not› in jwt.scopes", 'cel_syntax', 'unexpected `not`', 'put `!` before the whole: `!(x in list)`'],
  ["request.method ‹=› 'GET'", 'cel_syntax', 'unexpected `=`', 'did you mean `==`?'],
  ["request.method ‹===› 'GET'", 'cel_syntax', 'unexpected `===`', 'did you mean `==`?'],
  ["request.method ‹!==› 'GET'", 'cel_syntax', 'unexpected `!==`', 'did you mean `!=`?'],
  ["'a' == ‹'abc›", 'cel_syntax', 'text without a closing quote'],
  ["'a‹\n›b'", 'cel_syntax', 'a line break within text', "write `\\n`, or put the text in `'''`"],
  ["'a‹\\q›'", 'cel_syntax', 'invalid escape sequence: \\q'],
  ['‹0x›', 'cel_syntax', 'invalid hex integer: 0x'],
  ['‹for› == 1', 'cel_syntax', '`for` is a reserved word'],
  [
    '[1].all(‹1›, true)',
    'cel_syntax',
    'the first argument must be the name of a variable',
    'as in `list.exists(x, x == 1)`',
  ],
];

const RE2_HELP = 'patterns are RE2: no look-around, no back-references';
const LITERALS: readonly Mistake[] = [
  [
    "request.path.matches(‹'a(?=b)'›)",
    'cel_literal',
    'bad pattern for `matches`: invalid or unsupported Perl syntax: `(?=`',
    RE2_HELP,
  ],
  [
    "request.path.matches(‹r'(a)\\1'›)",
    'cel_literal',
    'bad pattern for `matches`: invalid escape sequence: `\\1`',
    RE2_HELP,
  ],
  [
    "matches(request.path, ‹'a{1001}'›)",
    'cel_literal',
    'bad pattern for `matches`: invalid repeat count: `{1001}`',
    RE2_HELP,
  ],
  [
    "jwt.scopes.exists(s, s.matches(‹'('›))",
    'cel_literal',
    'bad pattern for `matches`: missing closing ): `(`',
    RE2_HELP,
  ],
  [
    `'a'.matches(‹'${'a'.repeat(5000)}'›)`,
    'cel_literal',
    'bad pattern for `matches`: longer than 4096 characters',
    RE2_HELP,
  ],
  [
    "now < timestamp(‹'2026-02-30T00:00:00Z'›)",
    'cel_literal',
    '`2026-02-30T00:00:00Z` is no timestamp',
    'write it as RFC 3339 does: `2026-06-01T12:00:00Z`',
  ],
  [
    "now < timestamp(‹'2026-01-01 00:00:00Z'›)",
    'cel_literal',
    '`2026-01-01 00:00:00Z` is no timestamp',
    'write it as RFC 3339 does: `2026-06-01T12:00:00Z`',
  ],
  [
    "duration(‹'5 minutes'›) < duration('1h')",
    'cel_literal',
    '`5 minutes` is no duration',
    'write it with units: `90s`, `1h30m`, `250ms`',
  ],
  [
    '1 < ‹9223372036854775808›',
    'cel_literal',
    '`9223372036854775808` does not fit an int',
    'an int has 64 bits',
  ],
  [
    '1 < -‹9223372036854775809›',
    'cel_literal',
    '`9223372036854775809` does not fit an int',
    'an int has 64 bits',
  ],
];

const loops = (depth: number): string => '[1].all(x, '.repeat(depth) + 'true' + ')'.repeat(depth);
const bindings = (depth: number): string => "cel.bind(x, 'a', ".repeat(depth) + 'true' + ')'.repeat(depth);

const LIMITS: readonly Mistake[] = [
  [`‹${'1+'.repeat(20_000)}1›`, 'cel_limit', `an expression has at most ${MAX_SOURCE} characters`],
  [`‹${'!'.repeat(50_000)}true›`, 'cel_limit', `an expression has at most ${MAX_SOURCE} characters`],
  [`‹${'1+'.repeat(8000)}1›`, 'cel_limit', 'the expression is too large'],
  [
    `‹${'1+'.repeat(4000)}1›`,
    'cel_limit',
    `the expression nests deeper than ${MAX_DEPTH}`,
    'a long chain of `||` reads better as `x in [...]`',
  ],
  [`[1].all(x, [1].all(x, [1].all(x, ‹${loops(1)}›)))`, 'cel_limit', 'comprehensions nest deeper than 3'],
  [
    `${"cel.bind(x, 'a', ".repeat(8)}‹${bindings(1)}›${')'.repeat(8)}`,
    'cel_limit',
    '`cel.bind` nests deeper than 8',
  ],
  [`${'['.repeat(64)}‹›${'['.repeat(100)}`, 'cel_limit', 'the expression nests deeper than 64'],
];

function unmark(marked: string): { source: string; start: number; end: number } {
  const start = marked.indexOf('‹');
  return { source: marked.replace(/[‹›]/g, ''), start, end: marked.indexOf('›') - 1 };
}

const MISTAKES = [...NAMES, ...TYPES, ...SYNTAX, ...LITERALS, ...LIMITS].map(
  ([marked, code, message, help]) => ({ title: marked.slice(0, 80), marked, code, message, help }),
);

test.each(MISTAKES)('$title: $code', ({ marked, code, message, help }) => {
  const { source, start, end } = unmark(marked);
  const { problems } = compile(source, environment, { result: ['dyn'], allowOptional: true });
  expect(problems).toEqual([{ code, message, start, end, ...(help === undefined ? {} : { help }) }]);
});

const RESULTS: readonly (readonly [
  source: string,
  result: readonly Simple[],
  optional: boolean,
  message: string | undefined,
])[] = [
  ['request.method', ['bool'], false, 'the expression gives `string`, `bool` is wanted'],
  [
    'request.headers',
    ['string', 'int'],
    false,
    'the expression gives `map(string, string)`, `string` or `int` is wanted',
  ],
  ['jwt', ['bool'], false, 'the expression gives `jwt`, `bool` is wanted'],
  ['now - now', ['timestamp'], false, 'the expression gives `duration`, `timestamp` is wanted'],
  ["request.headers[?'a']", ['string'], false, 'the expression gives `optional(string)`, `string` is wanted'],
  [
    "request.headers[?'a']",
    ['dyn'],
    false,
    'the expression gives `optional(string)`, a plain value is wanted',
  ],
  ["request.headers[?'a']", ['string'], true, undefined],
  ["request.headers[?'a']", ['bool'], true, 'the expression gives `optional(string)`, `bool` is wanted'],
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

test('every wrong name and literal of an expression is told, in order', () => {
  const source = "reqest.method == 'a' && jwt.claim.x == 1 && request.path.matches('(') && has(source.nam)";
  const { problems } = compile(source, environment, { result: ['bool'] });
  expect(problems?.map(({ code, start, end }) => [code, source.slice(start, end)])).toEqual([
    ['cel_unknown_name', 'reqest'],
    ['cel_unknown_name', 'claim'],
    ['cel_literal', "'('"],
    ['cel_unknown_name', 'nam'],
  ]);
});

test('what is within the limits compiles and evaluates', () => {
  const chain = Array.from({ length: 400 }, (_, i) => `request.method == 'M${i}'`).join(' || ');
  for (const source of [chain, loops(3), bindings(8), `${'!'.repeat(400)}true`]) {
    const { program } = compile(source, environment, { result: ['bool'] });
    expect(program?.evaluate(activation)).toBe(source !== chain);
  }
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
  ['policy[request.method] == 1', ['policy.name', 'policy.revision', 'request.method']],
];

test.each(READS)('%s reads %j', (source, reads) => {
  const { program } = compile(source, environment, { result: ['bool'] });
  expect([...(program?.reads ?? ['none'])].toSorted()).toEqual(reads);
});

test('names that a prototype has are unknown like any other', () => {
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
