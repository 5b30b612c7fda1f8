import { createEnvironment } from '../../src/cel/check/environment.ts';
import { compile } from '../../src/cel/compile.ts';
import { EvaluationError, type Program, type Value } from '../../src/cel/interpret/program.ts';
import type { Type } from '../../src/cel/value/type.ts';
import { activation, environment } from './names.ts';

function program(source: string, result: Parameters<typeof compile>[2]['result'] = ['dyn']): Program {
  const compiled = compile(source, environment, { result, allowOptional: true });
  if (compiled.program === undefined)
    throw new Error(compiled.problems.map((each) => each.message).join('; '));
  return compiled.program;
}

const VALUES: readonly (readonly [source: string, value: Value])[] = [
  // fields by type
  ["request.method == 'GET' && request.url_path.startsWith('/api')", true],
  ["request['method']", 'GET'],
  ['request.size + 1', 43],
  [
    'request.headers',
    new Map([
      ['accept', 'application/json;v2'],
      ['x-tenant', 'acme'],
    ]),
  ],
  ["'v2' in request.headers['accept'].split(';')", true],
  ["request.query_params['x'][1]", '2'],
  ['request.body_bytes', new Uint8Array([1, 2, 255])],
  ['request.body_bytes.size()', 3],
  ['request.time', { seconds: 1_780_315_200, nanos: 123_456_789 }],
  ['request.time - now', { seconds: 0, nanos: 123_456_789 }],
  ["jwt.expires_at - now == duration('1h')", true],
  ["now + variables.window > timestamp('2026-06-01T12:01:00Z')", true],
  ['source.spiffe.service_account', 'checkout'],
  ['source.port', 4711],
  ['size(source.labels)', 0],
  ["context.tier == 'gold'", true],
  ['data.quotas.acme * 2', 10],
  ['source.principal in data.exporters', false],
  ['variables.ratio * 1.5', 3],
  // JSON: whole numbers are ints
  ['jwt.claims.level == 3', true],
  ['jwt.claims.level', 3],
  ['jwt.claims.score == 0.5', true],
  ['jwt.claims.level > 2.5', true],
  ['request.body.qty * 2', 6],
  ['request.body.price * 2.0', 5],
  ['request.body.big > 1.0', true],
  ['request.body.note == null', true],
  ['type(request.body.qty) == int', true],
  ['request.body.items.exists(item, item.n == 2)', true],
  ['request.body.items.map(item, item.n)', [1, 2]],
  ['request.body.items.filter(item, item.n > 1).size()', 1],
  ['metadata.filter.a.b', 1],
  ["'writer' in jwt.claims.roles", true],
  ["'level' in jwt.claims", true],
  ["'absent' in jwt.claims", false],
  ['jwt.claims.all(key, size(key) > 2)', true],
  // own keys that a prototype would shadow
  ['jwt.claims.constructor', 1],
  ["jwt.claims['__proto__']", 2],
  ['jwt.claims.toString', 3],
  ["jwt.claims.nested['constructor'].a[1].b", true],
  ['has(jwt.claims.hasOwnProperty)', false],
  ["request.body['__proto__'].admin", true],
  ['has(request.body.admin)', false],
  ['jwt.claims.?valueOf.hasValue()', false],
  // optionals
  ["request.headers[?'x-tenant'].orValue('')", 'acme'],
  ["request.headers[?'x-none'].orValue('none')", 'none'],
  ["request.headers[?'x-none']", undefined],
  ["request.headers[?'x-tenant']", 'acme'],
  ["jwt.claims.?nested.?none.orValue('z')", 'z'],
  ["optional.of('a')", 'a'],
  ['optional.none().hasValue()', false],
  ["variables.maybe.orValue('d')", 'd'],
  // bindings and macros
  ["cel.bind(t, jwt.claims.tenant, t == 'acme' && t == variables.tenant)", true],
  ['has(jwt.claims.tenant) && !has(jwt.claims.other)', true],
  ['[1, 2, 3].exists_one(x, x == 2)', true],
  ["['a', 1].size()", 2],
  // our own functions
  ["'\u212a'.lowerAscii() == 'k'", false],
  ["'AbÄ'.lowerAscii()", 'abÄ'],
  ["'abß'.upperAscii()", 'ABß'],
  ["'/api/42'.matches('^/api/[0-9]+$')", true],
  ["matches('abc', 'b')", true],
  ["'ABC'.matches('(?i)abc')", true],
  ["'/api'.matches('^/' + 'api$')", true],
  ["'a-b-c'.replace('-', '+')", 'a+b+c'],
  ["'a-b-c'.replace('-', '+', 1)", 'a+b-c'],
  ["'a-b'.replace('-', '+', 9)", 'a+b'],
  ["'aé😀'.reverse()", '😀éa'],
  ["'a😀b'.charAt(1)", '😀'],
  ["int('-12') + int(2.9) + int(3u)", -7],
  ['int(now)', 1_780_315_200],
  ['string(now)', '2026-06-01T12:00:00Z'],
  ["timestamp('2026-06-01T14:00:00+02:00') == now", true],
  ['timestamp(string(now)) == now', true],
  ["duration('1h30m').getMinutes()", 90],
  ["duration('-1.5s')", { seconds: -1, nanos: -500_000_000 }],
  // results
  ['9007199254740993', 9_007_199_254_740_993n],
  ['-9223372036854775808', -(2n ** 63n)],
  ['2u', 2],
  ['1.5', 1.5],
  ['null', null],
  ["{'a': [1, 2]}", new Map([['a', [1, 2]]])],
  ['jwt.claims.roles', ['reader', 'writer']],
  // an error beside a decisive operand does not count
  ['jwt.claims.absent == 1 || true', true],
  ['false && jwt.claims.absent == 1', false],
];

test.each(VALUES)('%s', (source, value) => {
  expect(program(source).evaluate(activation)).toEqual(value);
});

const FAILURES: readonly (readonly [source: string, message: string])[] = [
  ['jwt.claims.absent == 1', 'no such key `absent`'],
  ["request.headers['x-none'] == ''", 'no such key `x-none`'],
  ["request.headers[jwt.claims.tenant] == ''", 'no such key'],
  ['jwt.claims.roles[7]', 'an index is out of range'],
  ['request.body.qty / 0', 'division by zero'],
  ['request.body.qty % 0', 'division by zero'],
  ['request.size * 9223372036854775807', 'a number is out of range'],
  ['int(request.body.big)', 'a number is out of range'],
  ['int(jwt.claims.tenant)', 'a string is not a valid int'],
  ['bool(jwt.claims.tenant)', 'a string is not a valid bool'],
  ['timestamp(jwt.claims.tenant) < now', 'a string or number is not a valid timestamp'],
  ['duration(jwt.claims.tenant) < variables.window', 'a string is not a valid duration'],
  ["'x'.matches('(' + jwt.claims.tenant)", 'a computed pattern is not a valid RE2 pattern'],
  ['jwt.claims.tenant + 1', 'an operator does not take values of these types'],
  ['jwt.claims.level.startsWith(jwt.claims.tenant)', 'a function does not take values of these types'],
  ['jwt.claims.tenant || false', 'an operand of a logical operator is not a bool'],
  ['jwt.claims.tenant.all(x, x == 1)', 'a value that is neither a list nor a map has no elements'],
  ['jwt.claims.?absent.value() == 1', 'an optional has no value'],
  ["variables.maybe.value() == ''", 'an optional has no value'],
  ["destination.service == ''", 'a name has no value'],
  ["source.service == ''", 'no such key `service`'],
  ["jwt.claims.tenant.charAt(5) == ''", 'an index is out of range'],
];

test.each(FAILURES)('%s fails: %s', (source, message) => {
  const value = program(source).evaluate(activation);
  expect(value).toBeInstanceOf(EvaluationError);
  expect(value).toMatchObject({ message });
  // No message contains data of the request.
  expect(String(value)).not.toMatch(/acme|reader|u1/);
});

test('a value that does not have the declared type fails', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['request.size == 1', { request: { size: 1.5 } }],
    ["request.method == ''", { request: { method: 7 } }],
    ["request.method == ''", { request: 'text' }],
    ['now == request.time', { now: 5, request: {} }],
  ];
  for (const [source, wrong] of cases) {
    expect(program(source).evaluate({ ...wrong })).toBeInstanceOf(EvaluationError);
  }
});

test('a dyn result is checked after the evaluation', () => {
  expect(program('jwt.claims.nested.constructor.a[1].b', ['bool']).evaluate(activation)).toBe(true);
  expect(program('jwt.claims.level', ['bool', 'int']).evaluate(activation)).toBe(3);
  for (const source of ['jwt.claims.level', 'jwt.claims.?level']) {
    expect(program(source, ['bool']).evaluate(activation)).toMatchObject({
      name: 'EvaluationError',
      message: 'the value of the expression does not have the required type',
    });
  }
  expect(program('jwt.claims.?absent', ['string']).evaluate(activation)).toBeUndefined();
});

test('getters only run if they are read, and once per mention', () => {
  const reads: string[] = [];
  const request = {
    get method() {
      reads.push('method');
      return 'GET';
    },
    get body(): unknown {
      throw new Error('not to be read');
    },
  };
  const lazy = {
    request,
    get jwt(): unknown {
      throw new Error('not to be read');
    },
  };
  const short = program("request.method == 'GET' || request.body.a == 1 || jwt.present");
  expect(short.evaluate(lazy)).toBe(true);
  expect(reads).toEqual(['method']);
});

test("a getter's exception is the cause", () => {
  const cause = new Error('no body here');
  const broken = {
    request: {
      get body(): unknown {
        throw cause;
      },
    },
  };
  for (const source of [
    'request.body.a == 1',
    'has(request.body)',
    'request.?body.?a.orValue(1) == 1',
    'request.body == 1 && true',
  ]) {
    const value = program(source).evaluate(broken);
    expect(value).toBeInstanceOf(EvaluationError);
    expect(value).toMatchObject({ message: 'a value could not be read', cause });
  }
  const inner = new EvaluationError('a variable failed', { cause });
  const variable = {
    variables: {
      get tenant(): unknown {
        throw inner;
      },
    },
  };
  expect(program("variables.tenant == ''").evaluate(variable)).toBe(inner);
});

test('a program can be evaluated from within its own evaluation', () => {
  const nested = program("['a', 'b', 'c'].map(x, x + variables.tenant)");
  let depth = 0;
  const variables = {
    get tenant(): string {
      if (depth >= 2) return '!';
      depth++;
      const inner = nested.evaluate({ variables });
      depth--;
      return Array.isArray(inner) ? inner.join('') : 'failed';
    },
  };
  const leaf = 'a!b!c!';
  const middle = `a${leaf}b${leaf}c${leaf}`;
  expect(nested.evaluate({ variables })).toEqual([`a${middle}`, `b${middle}`, `c${middle}`]);
});

test('an object that occurs again is not converted again', () => {
  let reads = 0;
  const claims = {};
  Object.defineProperty(claims, 'level', {
    enumerable: true,
    get: () => {
      reads++;
      return 1;
    },
  });
  Object.defineProperty(claims, 'other', {
    enumerable: true,
    get: () => {
      throw new Error('a claim that the expression does not read');
    },
  });
  const level = program('jwt.claims.level == 1');
  expect([level.evaluate({ jwt: { claims } }), level.evaluate({ jwt: { claims } })]).toEqual([true, true]);
  expect(reads).toBe(2);
});

test('the steps of one evaluation are bounded, and each evaluation has a full budget', () => {
  const list = Array.from({ length: 400 }, (_, i) => i);
  const huge = program('request.body.all(a, request.body.all(b, request.body.all(c, a + b + c >= 0)))');
  const exhausted = { message: 'the expression took too many steps' };
  expect(huge.evaluate({ request: { body: list } })).toMatchObject(exhausted);
  expect(huge.evaluate({ request: { body: [1, 2] } })).toBe(true);
  // This also holds if a failure would be absorbed.
  const absorbed = program('request.body.all(a, request.body.all(b, b >= 0)) || true');
  expect(absorbed.evaluate({ request: { body: list } })).toMatchObject(exhausted);
});

test('a nested evaluation has a budget of its own, which does not affect the outer one', () => {
  const inner = program('[1, 2, 3].all(x, x > 0)');
  const list = Array.from({ length: 400 }, (_, i) => i);
  let reads = 0;
  const variables = {
    get tenant(): string {
      reads++;
      return inner.evaluate({}) === true ? 'acme' : 'failed';
    },
  };
  const outer = program("request.body.all(a, request.body.all(b, variables.tenant == 'acme'))");
  const outcome = outer.evaluate({ request: { body: list }, variables });
  expect(outcome).toMatchObject({ code: 'too_many_steps' });
  expect(reads).toBeLessThan(100_000);
  // The exhausted budget of the middle evaluation is not a failure that the outer one can absorb.
  const huge = program('request.body.all(a, request.body.all(b, a + b >= 0))');
  const failing = {
    get tenant(): string {
      const value = huge.evaluate({ request: { body: list } });
      if (value instanceof Error) throw value;
      return 'acme';
    },
  };
  expect(program("variables.tenant == 'acme' || true").evaluate({ variables: failing })).toMatchObject({
    code: 'too_many_steps',
  });
});

test.each([
  ['membership within a comprehension', 'request.body.all(a, !(a in jwt.claims.blocked))'],
  ['growing strings', "request.body.map(a, jwt.claims.long.split('')).size() > 1"],
  ['patterns over long texts', "request.body.all(a, jwt.claims.long.matches('^(a|x)*$'))"],
])('long values take steps too: %s', (_, source) => {
  const list = Array.from({ length: 5000 }, (_, i) => i);
  const claims = (length: number) => ({
    blocked: Array.from({ length }, (_, i) => -1 - i),
    long: 'x'.repeat(length),
  });
  const costly = program(source);
  expect(costly.evaluate({ request: { body: list }, jwt: { claims: claims(50_000) } })).toMatchObject({
    message: 'the expression took too many steps',
  });
  expect(costly.evaluate({ request: { body: list }, jwt: { claims: claims(20) } })).toBe(true);
});

test('deeply nested values fail instead of overflowing the stack', () => {
  const deep = (): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < 50_000; i++) value = { a: value };
    return value;
  };
  const compare = program('request.body == jwt.claims');
  expect(compare.evaluate({ request: { body: deep() }, jwt: { claims: deep() } })).toMatchObject({
    name: 'EvaluationError',
  });
});

test('objects in maps and lists have their fields too', () => {
  const hop: Type = { kind: 'object', name: 'hop', fields: new Map([['by', { kind: 'string' }]]) };
  const hops = createEnvironment({ 'source.xfcc': { type: { kind: 'list', element: hop } } });
  const last = compile("source.xfcc[0].by + source.xfcc.map(h, h.by).join('')", hops, { result: ['string'] });
  expect(last.problems).toBeUndefined();
  expect(last.program?.evaluate({ source: { xfcc: [{ by: 'a' }, { by: 'b' }] } })).toBe('aab');
  expect(compile('source.xfcc[0].bye', hops, { result: ['string'] }).problems).toMatchObject([
    { code: 'cel_unknown_name' },
  ]);
});
