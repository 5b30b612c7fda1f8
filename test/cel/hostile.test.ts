import { compile, MAX_SOURCE } from '../../src/cel/compile.ts';
import { EvaluationError } from '../../src/cel/interpret/program.ts';
import { pick, seeded } from '../support/seeded.ts';
import { activation, environment } from './names.ts';

/** Number of sources in a run of the tests; `HOSTILE=100000 make test ONLY=test/cel/hostile` tries more. */
const COUNT = Number(process.env['HOSTILE'] ?? 5000);

const SEEDS: readonly [string, ...string[]] = [
  "request.method == 'GET' && request.size > 1 || has(jwt.claims.a)",
  "jwt.scopes.exists(s, s.startsWith('a'))",
  'request.body.items.map(i, i.n)',
  "reqest.method == 'GET' && has(request.nope)",
  "(request.path) // why\n .startsWith('/') ? 'é😀'.size() : -1",
  "request.headers[?'x'].orValue('') == 'a' && jwt.claims.all(k, k.matches('^a+$'))",
  "cel.bind(t, {'a': [1, 2u, 1.5, b'x', null]}, t.a[0] == 1 ? duration('1h') : now - timestamp('2026-01-01T00:00:00Z'))",
];
const PIECES: readonly [string, ...string[]] = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  '?',
  ':',
  ',',
  '!',
  '-',
  '"',
  "'",
  '\\',
  '\u0000',
  '\ud800',
  '😀',
  '//',
  '\n',
  'in',
  '0',
  '9e999',
  '__proto__',
  'constructor',
  'toString',
  'has(',
  '.map(x, ',
  'cel.bind(',
  'optional',
  'matches(',
  '0matches(',
];

function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

/** Random bytes, or valid expressions with edits. */
function source(random: () => number, i: number): string {
  if (i % 2 === 0) {
    const bytes = Uint8Array.from({ length: below(random, 40) }, () => below(random, 256));
    return Buffer.from(bytes).toString(i % 4 === 0 ? 'latin1' : 'utf8');
  }
  let text = pick(random, SEEDS);
  for (let edits = below(random, 4); edits > 0; edits--) {
    const at = below(random, text.length + 1);
    const piece = below(random, 3) === 0 ? '' : pick(random, PIECES);
    text = text.slice(0, at) + piece + text.slice(at + below(random, 4));
  }
  return text;
}

test('random and mutated expressions never throw, and their problems are within their range', () => {
  const random = seeded(20_261_123);
  let compiled = 0;
  for (let i = 0; i < COUNT; i++) {
    const text = source(random, i);
    const outcome = compile(text, environment, { result: ['dyn'], allowOptional: true });
    for (const { start, end, message } of outcome.problems ?? outcome.warnings) {
      if (start < 0 || start > end || end > text.length || message === '') {
        expect({ text, start, end, message }).toBe('a problem with a place and a message');
      }
    }
    if (outcome.program === undefined) {
      if (outcome.problems.length === 0) expect(text).toBe('rejected for a reason');
      continue;
    }
    compiled++;
    const value = outcome.program.evaluate(activation);
    if (value instanceof Error && !(value instanceof EvaluationError)) {
      expect({ text, value }).toBe('an evaluation that fails as evaluations do');
    }
  }
  expect(compiled).toBeGreaterThan(COUNT / 40);
});

const REPEATED = [
  '(',
  '[',
  '{',
  '-',
  '!',
  '- ',
  '.',
  'a.',
  'a[',
  'a(',
  'a.b(',
  'has(',
  'x.all(x,',
  'x?',
  'x?y:',
  '1+',
  'x&&',
  'x||',
  '[[',
  '{1:',
  '{x:',
  'cel.bind(a,',
  '"',
  "'''",
  'b"',
  '\\',
  '//',
  '`',
  'a{',
  'a{b:',
  '?',
  '[?',
  '.?a',
  '[1].map(x,',
  '1 in [',
  'x in ',
  '/*',
  '@',
  '0x',
  '1e',
  'dyn(',
];

test.each(REPEATED)('%j, repeated many times', (piece) => {
  for (const close of ['', '1', ')', ']', '}', '1)'.repeat(64)]) {
    const text = piece.repeat(Math.floor((MAX_SOURCE - close.length) / piece.length)) + close;
    const { problems, program } = compile(text, environment, { result: ['dyn'] });
    expect(problems === undefined).toBe(program !== undefined);
    expect(problems?.length ?? 1).toBeLessThanOrEqual(10);
  }
});

function evaluate(text: string, values: Readonly<Record<string, unknown>>): unknown {
  const { program, problems } = compile(text, environment, { result: ['dyn'] });
  if (program === undefined) throw new Error(problems[0]?.message);
  return program.evaluate({ ...activation, ...values });
}

const TOO_MANY = { name: 'EvaluationError', code: 'too_many_steps' };

describe('a request cannot make an evaluation long', () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => i);
  const body = {
    list: thousand,
    text: `${'a'.repeat(100_000)}!`,
    texts: Array.from({ length: 5000 }, (_, i) => String(i)),
  };

  test.each([
    'request.body.list.all(a, request.body.list.all(b, request.body.list.all(c, a + b + c >= 0)))',
    'request.body.list.all(a, request.body.list.all(b, request.body.list.all(c, a + b + c >= 0))) || true',
    'request.body.list.map(a, request.body.list.map(b, request.body.list)).size() > 0',
    'request.body.list.exists(a, request.body.list.exists_one(b, [a] == [b] && a > 5000))',
    'request.body.list.all(a, request.body.text.contains(string(a) + request.body.text))',
    "request.body.list.all(a, !request.body.text.matches('^(a+)+$'))",
    "request.body.list.all(a, !request.body.text.matches('(a|aa)+(a|b)*[ab]$'))",
    "request.body.texts.all(p, !'x'.matches('^(' + p + '|y{1,90}){1,9}$'))",
    "request.body.list.map(a, request.body.text).join('').size() > 0",
    "request.body.list.all(a, request.body.text.split('').size() > 0)",
    "request.body.list.all(a, request.body.text.replace('a', 'bb').size() > 0)",
    'request.body.list.all(a, request.body.list == request.body.list)',
    'request.body.list.all(a, !sets.contains(request.body.list, request.body.texts + [a]))',
    'request.body.list.all(a, request.body.texts.sort() != [])',
    "request.body.list.all(a, '%s%s%s'.format([request.body.text, request.body.text, a]) != '')",
    "request.body.list.all(a, base64.encode(bytes(request.body.text)) != '')",
    'request.body.list.all(a, request.body.texts.distinct().size() > 0)',
    'request.body.list.all(a, (request.body.texts + request.body.texts).size() > 0)',
    'request.body.list.transformMap(i, a, request.body.list.transformMap(j, b, a)).size() > 0',
    "request.body.list.all(a, regex.replace(request.body.text, 'a', 'b') != '')",
    "cel.bind(t, request.body.text, cel.bind(u, t + t + t + t, cel.bind(v, u + u + u + u, v + v + v))) == ''",
  ])('%s', (text) => {
    const outcome = evaluate(text, { request: { body } });
    expect(outcome).toBeInstanceOf(EvaluationError);
    expect(['too_many_steps', 'text_too_long', 'list_too_long']).toContain((outcome as EvaluationError).code);
  });

  test('it takes some ten milliseconds', () => {
    const text =
      'request.body.list.all(a, request.body.list.all(b, request.body.list.all(c, a + b + c >= 0)))';
    const { program } = compile(text, environment, { result: ['bool'] });
    const began = process.cpuUsage();
    for (let i = 0; i < 10; i++) expect(program?.evaluate({ request: { body } })).toMatchObject(TOO_MANY);
    const { user, system } = process.cpuUsage(began);
    // Ten evaluations of a billion steps each would take minutes.
    expect(user + system).toBeLessThan(5_000_000);
  });
});

test('patterns that make other engines backtrack do not do so here', () => {
  const text = `${'a'.repeat(5000)}!`;
  for (const pattern of ['^(a+)+$', '^(a|aa)+$', '^(a|a?)+$', '(a*)*b', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
    expect(evaluate(`request.body.matches('${pattern}')`, { request: { body: text } })).toBe(false);
    // This also holds for patterns from the request.
    expect(
      evaluate('request.body.matches(jwt.subject)', { request: { body: text }, jwt: { subject: pattern } }),
    ).toBe(false);
  }
});

describe('maps of 100,000 entries', () => {
  const entries = Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i] as const);
  test.each([
    ['an object', Object.fromEntries(entries)],
    ['a Map', new Map(entries)],
  ])('%s', (_, body) => {
    const values = { request: { body } };
    expect(evaluate('request.body.k99999', values)).toBe(99_999);
    expect(evaluate("'k5' in request.body && !('x' in request.body)", values)).toBe(true);
    expect(evaluate("request.body.exists(k, k == 'k100')", values)).toBe(true);
    expect(evaluate('size(request.body)', values)).toBe(100_000);
    expect(evaluate('request.body.all(k, request.body[k] >= 0)', values)).toMatchObject(TOO_MANY);
    expect(evaluate('request.body == request.body', values)).toBe(true);
  });
});

describe('keys that prototypes have are ordinary keys', () => {
  const names = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'length',
    'size',
    'get',
  ];
  const full = JSON.parse(`{${names.map((name) => `"${name}":"own ${name}"`).join(',')}}`) as unknown;
  test.each(names)('%s', (name) => {
    for (const empty of [{}, [], new Map(), Object.create({ [name]: 1 }) as unknown]) {
      const values = { request: { body: { a: empty } } };
      if (!Array.isArray(empty)) {
        expect(evaluate(`'${name}' in request.body.a`, values)).toBe(false);
        expect(evaluate(`request.body.a['${name}']`, values)).toMatchObject({ code: 'no_such_key' });
        expect(evaluate(`size(request.body.a)`, values)).toBe(0);
      }
      expect(evaluate(`has(request.body.a.\`${name}\`)`, values)).toBe(false);
    }
    for (const body of [full, new Map(Object.entries(full as object))]) {
      const values = { request: { body } };
      expect(evaluate(`request.body['${name}']`, values)).toBe(`own ${name}`);
      expect(evaluate(`request.body.\`${name}\` + request.body.?\`${name}\`.orValue('')`, values)).toBe(
        `own ${name}own ${name}`,
      );
      expect(evaluate(`'${name}' in request.body && has(request.body.\`${name}\`)`, values)).toBe(true);
      expect(evaluate(`{'${name}': 1}['${name}'] + {'${name}': 2}.\`${name}\``, values)).toBe(3);
    }
  });
});
