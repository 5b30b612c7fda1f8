import { compile } from '../../../src/cel/compile.ts';
import { EvaluationError } from '../../../src/cel/interpret/program.ts';
import { lintExpression } from '../../../src/cel/lint.ts';
import { KNOWLEDGE } from '../../../src/policy/lint/known-values.ts';
import { randomExpression } from '../../cel/interpret/random-expression.ts';
import { environment } from '../../cel/names.ts';
import { seenOf } from '../../support/request-context.ts';
import { pick, seeded } from '../../support/seeded.ts';

const METHODS = ['GET', 'POST', 'purge', ''] as const;
const PATHS = ['/', '/api/', '/api/orders', '/a?b=c', '*', 'http://x/api'] as const;
const HEADERS = [{}, { 'x-a': 'b' }, { accept: 'X' }] as const;

const ATOMS = [
  "request.method == 'GET'",
  "request.method != 'get'",
  "request.method in ['get', 'post']",
  "request.method in ['GET', 'post']",
  "request.url_path == '/api'",
  "request.url_path == '/api/'",
  "request.url_path == 'api'",
  "request.url_path.endsWith('/')",
  "request.url_path.endsWith('/api/')",
  "request.url_path.startsWith('api')",
  "request.url_path.startsWith('/a')",
  "request.url_path.endsWith('?b=c')",
  "'X-A' in request.headers",
  "'x-a' in request.headers",
  'has(request.headers.Accept)',
  'has(request.headers.accept)',
  "request.headers['x-a'] == 'b'",
  "request.headers['X-A'] == 'b'",
  "request.headers[?'X-A'].hasValue()",
  'has(request.path)',
  'has(jwt.claims.a)',
  'jwt != null',
  'request.time == null',
  'jwt.present',
  'jwt.claims.a == 1',
  'source.port == 0',
  "source.spiffe.trust_domain == 'A.example'",
  '1 < 2',
  'true',
  'false',
] as const;

/** A random condition: atoms, combined by every operator of conditions. */
function condition(random: () => number, depth: number): string {
  if (depth === 0 || random() < 0.2) return pick(random, ATOMS);
  const inner = (): string => condition(random, depth - 1);
  return pick(random, [
    () => `(${inner()} && ${inner()})`,
    () => `(${inner()} || ${inner()} || ${inner()})`,
    () => `!(${inner()})`,
    () => `(${inner()} ? ${inner()} : ${inner()})`,
    () => `[1, 2].exists(n, n == source.port || ${inner()})`,
    () => `['GET', 'x'].all(m, m != request.method && ${inner()})`,
  ] as const)();
}

const REQUESTS = METHODS.flatMap((method) =>
  PATHS.flatMap((path) => HEADERS.map((headers) => seenOf({ method, path, headers }))),
);

/** The parts of an expression that lint reports as always true or false, by range. */
function verdicts(source: string): ReadonlyMap<string, boolean> {
  const { constant } = lintExpression(source, environment, KNOWLEDGE);
  return new Map(
    constant.flatMap(({ start, end, outcome, why }) =>
      typeof outcome === 'boolean' && why?.except === undefined
        ? [[`${start}-${end}`, outcome] as const]
        : [],
    ),
  );
}

test('a part that lint reports as always true or false is so for every request', () => {
  const random = seeded(20_261_125);
  const seen = { parts: 0, wholes: 0 };
  for (let round = 0; round < 1500; round++) {
    const source = condition(random, 3);
    const { program } = compile(source, environment, { result: ['bool'] });
    if (program === undefined) continue;
    const reported = verdicts(source);
    const { whole } = lintExpression(source, environment, KNOWLEDGE);
    if (whole !== undefined) seen.wholes++;
    for (let each = 0; each < 6; each++) {
      const request = pick(random, [REQUESTS[0] ?? {}, ...REQUESTS]);
      const result = program.trace(request, ({ start, end }, outcome) => {
        const claimed = reported.get(`${start}-${end}`);
        if (claimed === undefined) return;
        seen.parts++;
        expect({ source, start, end, outcome }).toEqual({ source, start, end, outcome: claimed });
      });
      // Another operand may fail instead.
      if (whole === undefined || result instanceof EvaluationError) continue;
      expect({ source, result }).toEqual({ source, result: whole });
    }
  }
  expect(seen.parts).toBeGreaterThan(1000);
  expect(seen.wholes).toBeGreaterThan(100);
});

test('lint accepts every random expression that compiles', () => {
  const random = seeded(20_261_126);
  let compiled = 0;
  for (let round = 0; round < 2000; round++) {
    const source = randomExpression(random);
    if (compile(source, environment, { result: ['dyn'] }).program === undefined) continue;
    compiled++;
    const { constant, keys } = lintExpression(source, environment, KNOWLEDGE);
    for (const { start, end } of [...constant, ...keys('jwt.claims')]) {
      expect([source, 0 <= start && start < end && end <= source.length]).toEqual([source, true]);
    }
  }
  expect(compiled).toBeGreaterThan(800);
});
