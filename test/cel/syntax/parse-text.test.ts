import { type Compiled, compile, type Expected } from '../../../src/cel/compile.ts';
import { literalsOf, parseText } from '../../../src/cel/syntax/parse-text.ts';
import { Expressions } from '../../../src/policy/compile/expressions.ts';

const { environment } = new Expressions();
const TEXT: Expected = { result: ['string'], allowOptional: true, isText: true };
const ANY: Expected = { result: ['dyn'], allowOptional: true, isText: true };

const ACTIVATION = {
  request: { method: 'GET', size: 42, headers: { 'x-a': 'north' } },
  jwt: { claims: { level: 7, tenant: 'acme', roles: ['a'] }, scopes: ['r', 'w'] },
  now: { seconds: 0, nanos: 0 },
  source: { ip: '10.0.0.1' },
};

function compiled(source: string, expected = TEXT): Compiled {
  return compile(source, environment, expected);
}

function value(source: string, expected = TEXT): unknown {
  const { program, problems } = compiled(source, expected);
  if (program === undefined) throw new Error(problems?.map(({ message }) => message).join('\n'));
  const plain = program.evaluate(ACTIVATION);
  // Traces evaluate another tree of the same text.
  expect(program.trace(ACTIVATION, () => {})).toEqual(plain);
  return plain;
}

/** The marked part of the text, message and help of each problem. */
function problems(source: string, expected = TEXT): readonly (readonly (string | undefined)[])[] {
  const found = compiled(source, expected).problems ?? [];
  return found.map(({ start, end, message, help }) => [source.slice(start, end), message, help]);
}

test.each([
  ['a ${request.method} b', 'a GET b'],
  ['${request.method}${request.method}', 'GETGET'],
  ['${request.method}', 'GET'],
  ['n=${request.size + 1}', 'n=43'],
  ['${request.size}', '42'],
  ['${request.size > 1}!', 'true!'],
  ['${1.5} ${2u} ${now} ${duration("90s")} ${b"x"}', '1.5 2 1970-01-01T00:00:00Z 90s x'],
  ['level ${jwt.claims.level}', 'level 7'],
  ['${jwt.claims.level}', '7'],
  ['${jwt.claims.tenant}', 'acme'],
  ['${ {"a": "}"}["a"] }', '}'],
  ["${'}' + r'{'}", '}{'],
  ['${jwt.scopes.map(s, {"s": s}).size()} scopes', '2 scopes'],
  ['$${request.method}', '${request.method}'],
  ['$${ and ${request.method}', '${ and GET'],
  ['$ $name 5$ $', '$ $name 5$ $'],
  ["${'$'}${request.method}", '$GET'],
  ['line\n${request.method}\n', 'line\nGET\n'],
  ['é ${request.method} \u{1F600}', 'é GET \u{1F600}'],
  ["${request.headers[?'x-a']}", 'north'],
  ["${request.headers[?'x-b']}", undefined],
  ['${jwt.claims.?level}', '7'],
  ['${jwt.claims.?none}', undefined],
])('%j is %j', (source, expected) => {
  expect(value(source)).toBe(expected);
});

test('an expression that is the whole text keeps its type where any is allowed', () => {
  expect(value('${jwt.scopes}', ANY)).toEqual(['r', 'w']);
  expect(value('${request.size}', ANY)).toBe(42);
  expect(value('${request.size} ', ANY)).toBe('42 ');
});

test('a value without a text fails at evaluation if its type is not known before', () => {
  expect(String(value('roles ${jwt.claims.roles}'))).toMatch(/EvaluationError/);
});

test.each([
  [
    'x ${jwt.subject',
    ['${jwt.subject', '`${` is not closed', 'write `${jwt.subject}`, or `$${` for the text `${`'],
  ],
  ["x ${'a}", ['${', '`${` is not closed', 'close it with `}`, or write `$${` for the text `${`']],
  [
    '${request.method',
    ['${request.method', '`${` is not closed', 'write `${request.method}`, or `$${` for the text `${`'],
  ],
  ['a ${} b', ['${}', '`${}` has no expression', 'write an expression, or `$${}` for the text `${}`']],
  ['a ${ } b', ['${ }', '`${ }` has no expression', 'write an expression, or `$${ }` for the text `${ }`']],
  ['${request.method) + string(request.path}', [')', 'unexpected `)`', undefined]],
  ['a ${reqest.method}', ['reqest', 'unknown name `reqest`', 'did you mean `request`?']],
  [
    "a ${request.headers[?'x']}",
    [
      "${request.headers[?'x']}",
      'an optional of the type `optional(string)` may have no value, and this text needs one',
      "write `${request.headers[?'x'].orValue('')}`",
    ],
  ],
  [
    'a ${jwt.claims.?a.optMap(x, int(x))}',
    [
      '${jwt.claims.?a.optMap(x, int(x))}',
      'an optional of the type `optional(int)` may have no value, and this text needs one',
      'write `${jwt.claims.?a.optMap(x, int(x)).orValue(0)}`',
    ],
  ],
  [
    'a ${jwt.scopes}',
    ['${jwt.scopes}', 'a value of the type `list(string)` has no text', "write `${jwt.scopes.join(', ')}`"],
  ],
  [
    'a ${request.headers}',
    [
      '${request.headers}',
      'a value of the type `map(string, string)` has no text',
      'write `${json.encode(request.headers)}`',
    ],
  ],
  [
    '${jwt.scopes}',
    [
      '${jwt.scopes}',
      'the expression has the type `list(string)`, `string` is required',
      "write `${jwt.scopes.join(', ')}`",
    ],
  ],
])('%j is a mistake', (source, mistake) => {
  expect(problems(source)).toEqual([mistake]);
  const [, proposed] = /write `(\$\{.*\})`/.exec(mistake[2] ?? '') ?? [];
  if (proposed === undefined || !source.includes('}')) return;
  expect(problems(source.replace(mistake[0] ?? '', () => proposed))).toEqual([]);
});

test('every mistake of a text is reported at its own place', () => {
  expect(problems('${reqest.a} ${jwt.scopes} ${requst.b} $${ok}').map(([part]) => part)).toEqual([
    'reqest',
    '${jwt.scopes}',
    'requst',
  ]);
  expect(problems('${a b} ${c d}').map(([part]) => part)).toEqual(['b', 'd']);
});

test('an optional where one must have a value', () => {
  const [[, message] = []] = problems("${request.headers[?'x']}", { result: ['string'], isText: true });
  expect(message).toContain('`optional(string)`');
});

test('the number of expressions in a text is bounded', () => {
  expect(value('${1}'.repeat(100))).toBe('1'.repeat(100));
  expect(problems('${1}'.repeat(101))).toEqual([['${1}', 'a text has at most 100 expressions', undefined]]);
});

test('names that a text reads', () => {
  const { program } = compiled("a ${request.headers['x-a']} ${request.method}");
  expect([...(program?.reads ?? [])].toSorted()).toEqual(['request.headers', 'request.method']);
  expect(program?.keys.get('request.headers')).toMatchObject({ isOpen: false });
});

test('the parts of a text have their places in it', () => {
  const source = 'a ${request.size + 1}';
  const { program } = compiled(source);
  const parts = program?.parts.map(({ start, end }) => source.slice(start, end)) ?? [];
  expect(parts).toEqual(expect.arrayContaining(['a ', '${request.size + 1}', 'request.size + 1', '1']));
});

test('the text around expressions', () => {
  expect(literalsOf('a ${x} $${y} b')).toEqual({ text: 'a  ${y} b', holes: 1 });
  expect(literalsOf('$${y}')).toEqual({ text: '${y}', holes: 0 });
});

test('a text of any characters has a tree', () => {
  const pieces = ['$', '{', '}', '${', '$${', "'", '"', 'a', ' ', '\n', '(', ')', '//', '\\'];
  for (let seed = 1; seed < 3000; seed++) {
    let source = '';
    for (let rest = seed * 7919; rest > 0; rest = Math.floor(rest / pieces.length))
      source += pieces[rest % pieces.length];
    const { root, problems: found } = parseText(source);
    expect(root.end).toBeLessThanOrEqual(source.length);
    for (const { start, end } of found) expect([start <= end, end <= source.length]).toEqual([true, true]);
  }
});
