import { createEnvironment, type Declaration } from '../../src/cel/check/environment.ts';
import { compile, compileLater } from '../../src/cel/compile.ts';
import { PLAIN_WORK, RepeatedWork } from '../../src/cel/expression-work.ts';
import { KNOWLEDGE } from '../../src/policy/lint/known-values.ts';

const ENVIRONMENT = createEnvironment({
  'request.path': { type: 'string' },
  'jwt.claims': { type: 'map(string, dyn)' },
});
const CONDITION = { result: ['bool'] } as const;
const SOURCE = "request.path.startsWith('/a') && jwt.claims.tenant == 'x'";

const names = (type: string): ReadonlyMap<string, Declaration> => new Map([['limit', { type }]]);

test('an expression is compiled again only for another text, use or set of names', () => {
  const work = new RepeatedWork();
  const environment = work.extend(ENVIRONMENT, 'env', names('int'));
  const first = work.compile(SOURCE, environment, CONDITION);
  work.finish();
  expect(work.extend(ENVIRONMENT, 'env', names('int'))).toBe(environment);
  expect(work.compile(SOURCE, environment, CONDITION)).toBe(first);
  expect(work.compile(SOURCE, environment, { result: ['dyn'] })).not.toBe(first);
  expect(work.compile(`!(${SOURCE})`, environment, CONDITION)).not.toBe(first);
  const other = work.extend(ENVIRONMENT, 'env', names('string'));
  expect(other).not.toBe(environment);
  expect(work.compile(SOURCE, other, CONDITION)).not.toBe(first);
});

test('results that the last complete compilation did not need are dropped, those of an aborted one are kept', () => {
  const work = new RepeatedWork();
  const kept = work.compile(SOURCE, ENVIRONMENT, CONDITION);
  const dropped = work.compile('true', ENVIRONMENT, CONDITION);
  work.finish();
  // The next one is aborted after the first expression, the one after it reads only that.
  expect(work.compile(SOURCE, ENVIRONMENT, CONDITION)).toBe(kept);
  expect(work.compile('true', ENVIRONMENT, CONDITION)).toBe(dropped);
  work.finish();
  expect(work.compile(SOURCE, ENVIRONMENT, CONDITION)).toBe(kept);
  work.finish();
  expect(work.compile(SOURCE, ENVIRONMENT, CONDITION)).toBe(kept);
  expect(work.compile('true', ENVIRONMENT, CONDITION)).not.toBe(dropped);
});

test('findings are kept while a folder has errors, so that it is not linted', () => {
  const work = new RepeatedWork();
  const kept = work.lint(SOURCE, ENVIRONMENT, KNOWLEDGE);
  work.finish();
  work.compile(SOURCE, ENVIRONMENT, CONDITION);
  work.finish();
  work.finish();
  expect(work.lint(SOURCE, ENVIRONMENT, KNOWLEDGE)).toBe(kept);
  work.finish();
  work.lint('request.path != ""', ENVIRONMENT, KNOWLEDGE);
  work.finish();
  expect(work.lint(SOURCE, ENVIRONMENT, KNOWLEDGE)).not.toBe(kept);
});

test('kept findings are those of lint, also about a map that was not asked for before', () => {
  const work = new RepeatedWork();
  const plain = PLAIN_WORK.lint(SOURCE, ENVIRONMENT, KNOWLEDGE);
  const kept = work.lint(SOURCE, ENVIRONMENT, KNOWLEDGE);
  expect([kept.constant, kept.whole]).toEqual([plain.constant, plain.whole]);
  work.finish();
  expect(work.lint(SOURCE, ENVIRONMENT, KNOWLEDGE)).toBe(kept);
  expect(kept.keys('jwt.claims')).toEqual(plain.keys('jwt.claims'));
  expect(kept.keys('jwt.claims')).not.toEqual([]);
  expect(kept.accesses).toEqual(plain.accesses);
  const safe = plain.safeReads(0, 'allow');
  expect(safe.test).toBe('has(jwt.claims.tenant)');
  expect(kept.safeReads(0, 'allow')).toEqual(safe);
  work.finish();
  expect(kept.safeReads(0, 'allow')).toEqual(safe);
});

test('a program whose code is generated later evaluates, traces and fails as any other', () => {
  const later = compileLater(SOURCE, ENVIRONMENT, CONDITION);
  const now = compile(SOURCE, ENVIRONMENT, CONDITION);
  const activation = { request: { path: '/a/b' }, jwt: { claims: { tenant: 'x' } } };
  const failing = { request: { path: '/a/b' }, jwt: { claims: {} } };
  for (const each of [activation, failing]) {
    expect(later.program?.evaluate(each)).toEqual(now.program?.evaluate(each));
    const traces = [later, now].map(({ program }) => {
      const seen: unknown[] = [];
      program?.trace(each, (part, outcome) => seen.push([part, outcome]));
      return seen;
    });
    expect(traces[0]).toEqual(traces[1]);
    expect(traces[0]?.length).toBeGreaterThan(3);
  }
  const { source, type, reads, keys, parts } = later.program ?? {};
  expect({ source, type, reads, keys, parts }).toEqual({
    source: now.program?.source,
    type: now.program?.type,
    reads: now.program?.reads,
    keys: now.program?.keys,
    parts: now.program?.parts,
  });
  expect(compileLater('request.pth', ENVIRONMENT, CONDITION)).toEqual(
    compile('request.pth', ENVIRONMENT, CONDITION),
  );
});
