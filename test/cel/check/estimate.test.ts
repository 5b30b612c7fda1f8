import { check } from '../../../src/cel/check/check.ts';
import { createEnvironment, type Declaration } from '../../../src/cel/check/environment.ts';
import { estimateSteps } from '../../../src/cel/check/estimate.ts';
import { readLiterals } from '../../../src/cel/check/literals.ts';
import { compile } from '../../../src/cel/compile.ts';
import { interpret } from '../../../src/cel/interpret/interpret.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { beginBudget, endBudget, MAX_STEPS } from '../../../src/cel/value/budget.ts';
import { Failure } from '../../../src/cel/value/failure.ts';
import { NAMES } from '../../../src/engine/request/names.ts';
import { seeded } from '../../support/seeded.ts';
import { randomExpression } from '../interpret/random-expression.ts';
import { activation } from '../names.ts';

const environment = createEnvironment(NAMES);

function warningsOf(source: string): readonly string[] {
  const compiled = compile(source, environment, { result: ['dyn'] });
  if (compiled.problems !== undefined)
    throw new Error(compiled.problems.map(({ message }) => message).join('; '));
  return compiled.warnings.map(({ message }) => message);
}

test.each([
  "request.method == 'GET' && request.url_path.startsWith('/api')",
  "jwt.scopes.exists(s, s == 'orders:write')",
  "jwt.scopes.exists(s, s.matches('^orders:(read|write)$'))",
  "jwt.scopes.all(s, s in ['a', 'b', 'c'])",
  "jwt.claims.roles.exists(r, jwt.scopes.exists(s, s == 'a' && r == 'b'))".replace(
    'jwt.scopes.exists(s, ',
    "['x', 'y'].exists(s, ",
  ),
  'request.body.items.all(i, i.quantity > 0 && i.quantity <= 100)',
  'request.body.items.map(i, i.price * i.quantity).size() < 100',
  '[1, 2, 3].all(a, [1, 2, 3].all(b, [1, 2, 3].all(c, a + b + c < 10)))',
  'request.headers.all(k, k.lowerAscii() == k)',
  "regex.replace(request.host, ':[0-9]+$', '') == 'a' && regex.extractAll(source.principal, 'sa/(.*)') == []",
  'request.body.items.map(i, i.id).distinct().size() < 10',
  "sets.contains(jwt.scopes, ['a', 'b', 'c', 'd']) && jwt.scopes.distinct().size() < 10",
])('no warning: %s', (source) => {
  expect(warningsOf(source)).toEqual([]);
});

test.each([
  'request.body.items.all(i, request.body.items.exists(j, i == j))',
  'jwt.scopes.all(a, jwt.scopes.all(b, a == b))',
  'request.body.items.all(i, i in request.body.others)',
  "request.body.matches('(a|aa){1,300}$')",
  'request.body.items.all(i, sets.contains(request.body.a, [i]))',
])('a warning: %s', (source) => {
  expect(warningsOf(source)).toEqual([
    expect.stringMatching(/^this can take [0-9,]+ steps, at most 100,000 are allowed$/),
  ]);
});

/** Size of a value as in a declaration: its characters, including all nested values. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (value instanceof Map) return [...value].reduce((sum, [k, v]) => sum + 2 + sizeOf(k) + sizeOf(v), 0);
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + 2 + sizeOf(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [k, v]) => sum + 2 + sizeOf(k) + sizeOf(v), 0);
}

test('no evaluation takes more steps than the estimate for requests of the same size', () => {
  const rows = Object.entries<Declaration>({
    ...NAMES,
    'variables.tenant': { type: 'string' },
    'variables.maybe': { type: 'optional(string)' },
    'variables.ratio': { type: 'double' },
    'variables.window': { type: 'duration' },
    'data.exporters': { type: 'list(string)' },
    'data.quotas': { type: 'map(string, int)' },
  }).map(([name, { type }]): [string, Declaration] => {
    const value = name
      .split('.')
      .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], activation);
    return [name, { type, max: sizeOf(value) }];
  });
  const exact = createEnvironment(Object.fromEntries(rows));
  const random = seeded(20_261_127);
  let costly = 0;
  for (let done = 0; done < Number(process.env['AGREEMENT'] ?? 4000); done++) {
    const source = randomExpression(random);
    const checked = check(source, parse(source), exact);
    if (checked.problems.length > 0) continue;
    const { prepared, problems } = readLiterals(checked);
    if (problems.length > 0) continue;
    // Work that does not grow with the request is not estimated.
    const estimate = 16 + 2 * estimateSteps(checked, prepared, exact);
    const taken = stepsOf(() => interpret(checked, activation));
    if (taken > 2) costly++;
    if (taken > estimate) expect({ source, taken }).toEqual({ source, taken: `at most ${estimate}` });
  }
  expect(costly).toBeGreaterThan(100);
});

/** The smallest sufficient budget, found by trying. */
function stepsOf(evaluate: () => unknown): number {
  let low = -1;
  let high = MAX_STEPS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle, evaluate)) high = middle;
    else low = middle;
  }
  return high;
}

function isEnough(budget: number, evaluate: () => unknown): boolean {
  const outer = beginBudget(budget);
  try {
    evaluate();
    return true;
  } catch (error) {
    if (error instanceof Failure) return error.code !== 'too_many_steps';
    throw error;
  } finally {
    endBudget(outer);
  }
}
