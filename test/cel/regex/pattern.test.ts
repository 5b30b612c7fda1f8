import { compile } from '../../../src/cel/compile.ts';
import {
  cachedPatterns,
  compilePattern,
  computedPattern,
  MAX_PATTERN,
} from '../../../src/cel/regex/pattern.ts';
import { beginBudget } from '../../../src/cel/value/budget.ts';
import { Failure } from '../../../src/cel/value/failure.ts';
import { activation, environment } from '../names.ts';

/** Outside of an evaluation the budget is unlimited. */
beforeEach(() => {
  beginBudget(Number.MAX_SAFE_INTEGER);
});

function computed(pattern: string): unknown {
  try {
    return computedPattern(pattern);
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

test('patterns that make a backtracking engine run for years finish at once', () => {
  const text = `${'a'.repeat(5000)}!`;
  for (const pattern of ['^(a+)+$', '^(a|aa)+$', '(.*a){20}b', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
    expect(compilePattern(pattern).pattern?.matches(text)).toBe(false);
    expect(computedPattern(pattern).matches(text)).toBe(false);
  }
});

test('both forms of matches use RE2, with a literal and with a computed pattern', () => {
  const text = `'${'a'.repeat(60)}!'`;
  for (const source of [
    `${text}.matches('^(a+)+$')`,
    `matches(${text}, '^(a+)+$')`,
    `${text}.matches('^(a+)+' + '$')`,
    `matches(${text}, dyn('^(a+)+$'))`,
    `dyn(${text}).matches('^(a+)+$')`,
    `[${text}].exists(t, t.matches(cel.bind(p, '^(a+)+$', p)))`,
  ]) {
    const { program, problems } = compile(source, environment, { result: ['bool'] });
    expect([source, problems, program?.evaluate(activation)]).toEqual([source, undefined, false]);
  }
});

test.each([
  ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['(?<!a)b', 'invalid named capture: `(?<!a)b`'],
  ['(a)\\1', 'invalid escape sequence: `\\1`'],
  ['(', 'missing closing ): `(`'],
  ['a'.repeat(MAX_PATTERN + 1), 'longer than 4096 characters'],
])('%.20s is rejected: %s', (pattern, problem) => {
  expect(compilePattern(pattern)).toEqual({ problem });
  expect(computed(pattern)).toBe('a computed pattern is not a valid RE2 pattern');
});

test('deep nesting is rejected and does not overflow the stack', () => {
  expect(compilePattern('('.repeat(2000) + ')'.repeat(2000)).problem).toBeDefined();
});

test('the cache of compiled patterns is bounded, and keeps those in use', () => {
  const used = computedPattern('^used$');
  for (let i = 0; i < 1000; i++) {
    computedPattern(`^${i}$`);
    expect(computedPattern('^used$')).toBe(used);
  }
  expect(cachedPatterns()).toBe(16);
});
