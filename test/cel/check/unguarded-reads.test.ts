import { createEnvironment, extendEnvironment } from '../../../src/cel/check/environment.ts';
import { NO_FACTS } from '../../../src/cel/check/presence.ts';
import type { Use } from '../../../src/cel/check/safe-read.ts';
import { unguardedReads } from '../../../src/cel/check/unguarded-reads.ts';
import { compile } from '../../../src/cel/compile.ts';
import { lintExpression } from '../../../src/cel/lint.ts';
import { NAMES } from '../../../src/engine/request/names.ts';
import { KNOWLEDGE } from '../../../src/policy/lint/known-values.ts';

const TENANTS = { a: { open: true, level: 3 }, b: { open: false, level: 0 } };
const environment = extendEnvironment(
  createEnvironment(NAMES),
  'data',
  new Map([['tenants', { type: 'map(string, map(string, dyn))', isFixed: true }]]),
);

function unguarded(source: string, use: Use = 'allow') {
  const { accesses, safeReads } = lintExpression(source, environment, KNOWLEDGE);
  return unguardedReads(accesses, safeReads, {
    isChecked: (map) => map === 'request.headers' || map === 'jwt.claims' || map.startsWith('data.'),
    isCertain: ({ fact }, facts) => facts.has(fact),
    known: NO_FACTS,
    use,
  }).reads;
}

function evaluate(source: string, headers: object, claims: object): unknown {
  const { program, problems } = compile(source, environment, { result: ['bool'] });
  if (program === undefined) throw new Error(`${source}: ${problems[0]?.message ?? ''}`);
  return program.evaluate({
    request: { headers, method: 'GET' },
    jwt: { claims, scopes: ['a'], present: true },
    data: { tenants: TENANTS },
  });
}

/** The expression after the fix of each read, until none is left. */
function repaired(source: string, use: Use): string {
  let text = source;
  for (let rounds = 0; rounds < 5; rounds++) {
    const [first] = unguarded(text, use);
    if (first === undefined) return text;
    const { start, end, text: written } = first.replacement ?? { start: 0, end: 0, text: '' };
    if (written === '') throw new Error(`${text} has no fix`);
    text = text.slice(0, start) + written + text.slice(end);
  }
  throw new Error(`${text} is not repaired`);
}

const VALUES = [undefined, '', 'a', 'b', 'ab'];
const CLAIMS = [undefined, '', 'a', ['a'], ['b', 'a'], [], 0, 3, true, false, { a: 1 }, null];

const ALLOW = [
  "request.headers['x-a'] == 'a'",
  "'a' == request.headers['x-a']",
  "request.headers['x-a'] != 'a'",
  "request.headers['x-a'] == ''",
  "request.headers['x-a'] in ['a', 'b']",
  "request.headers['x-a'] in ['', 'b']",
  "request.headers['x-a'].startsWith('a') && request.method == 'GET'",
  "request.headers['x-a'].startsWith('')",
  "request.headers['x-a'].matches('^a*$')",
  "request.headers['x-a'].size() < 2",
  "request.headers['x-a'] == jwt.claims.t",
  "jwt.claims.t == 'a'",
  'jwt.claims.t == 3 || jwt.claims.t == true',
  'jwt.claims.t == 0',
  'jwt.claims.t == false',
  'jwt.claims.t == null',
  'jwt.claims.t.u == 1',
  'has(jwt.claims.t.u)',
  "'a' in jwt.claims.t",
  "jwt.claims.t.exists(e, e == 'a')",
  "data.tenants[request.headers['x-a']].open == true",
  "jwt.claims['t'] == 'a' && request.headers.?x.orValue('') == ''",
];

test.each(ALLOW)('the fix of `%s` does not fail without the key, and is then false', (source) => {
  const written = repaired(source, 'allow');
  for (const header of VALUES) {
    for (const claim of CLAIMS) {
      const headers = header === undefined ? {} : { 'x-a': header };
      const claims = claim === undefined ? {} : { t: claim };
      const [before, after] = [evaluate(source, headers, claims), evaluate(written, headers, claims)];
      // Where the expression has a value, the fix has the same.
      if (typeof before === 'boolean') {
        expect([written, headers, claims, after]).toEqual([written, headers, claims, before]);
      }
      const isMissing = source.includes('jwt') ? claim === undefined : header === undefined;
      if (isMissing && before !== true) expect([written, after]).toEqual([written, false]);
    }
  }
});

test.each([
  ["request.headers['x-a'] == 'a'", {}, false],
  ["request.headers['x-a'] != 'a'", {}, true],
  ["'a' in jwt.claims.t", {}, false],
] as const)('the fix of `%s` in a deny rule, without the key', (source, headers, expected) => {
  expect(evaluate(repaired(source, 'deny'), headers, {})).toBe(expected);
});

test.each([
  ["!(request.headers['x-a'] == 'a')", 'allow'],
  ["request.headers['x-a'] == 'a' ? false : true", 'allow'],
  ["(request.headers['x-a'] == 'a') == false", 'allow'],
  ["request.headers['x-a'] == 'a' ? request.method == 'GET' : request.method == 'POST'", 'allow'],
  ["[1].all(x, request.headers['x-a'] == 'a')", 'allow'],
  ['jwt.claims.level < 3', 'deny'],
  ["request.headers['x-a'] != 'a'", 'value'],
] as const)('the author decides about `%s` (%s)', (source, use) => {
  expect(unguarded(source, use)).toMatchObject([{ replacement: undefined }]);
});

test.each([
  "'x-a' in request.headers && request.headers['x-a'] == 'a'",
  "request.headers['x-a'] == 'a' && 'x-a' in request.headers",
  "!('x-a' in request.headers) || request.headers['x-a'] == 'a'",
  "!('x-a' in request.headers && request.method == 'GET') || request.headers['x-a'] == 'a' || request.method != 'GET'",
  "has(request.headers.accept) ? request.headers.accept == 'a' : true",
  "!has(request.headers.accept) ? true : request.headers.accept == 'a'",
  "request.headers[?'x-a'].orValue('') == 'a' && request.headers['x-a'].size() == 1",
  "request.headers[?'x-a'].hasValue() && request.headers['x-a'] == 'a'",
  "request.headers.exists(h, request.headers[h] == 'a')",
  'jwt.scopes.exists(s, s in data.tenants && data.tenants[s].open == true)',
  "data.tenants.a.open == true && data.tenants['b'].open == false",
])('every read of `%s` is guarded', (source) => {
  expect(unguarded(source).map(({ fact }) => fact)).toEqual([]);
});

test.each([
  "'x-a' in request.headers || request.headers['x-a'] == 'a'",
  "!('x-a' in request.headers) && request.headers['x-a'] == 'a'",
  "'x-b' in request.headers && request.headers['x-a'] == 'a'",
  "has(request.headers.accept) ? true : request.headers.accept == 'a'",
  "request.headers[?'x-a'].orValue('a') == 'a' && request.headers['x-a'] == 'a'",
  'jwt.scopes.exists(s, s in data.tenants) && data.tenants[jwt.subject].open == true',
])('a read of `%s` is not guarded', (source) => {
  expect(unguarded(source)).toHaveLength(1);
});
