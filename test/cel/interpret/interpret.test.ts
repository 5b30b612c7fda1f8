import { check } from '../../../src/cel/check/check.ts';
import { interpret } from '../../../src/cel/interpret/interpret.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { Failure } from '../../../src/cel/value/failure.ts';
import { activation, environment } from '../names.ts';

/** What every expression within came to, in the order in which they were done; a failure as its code. */
function trace(source: string): readonly (readonly [text: string, outcome: unknown])[] {
  const checked = check(source, parse(source), environment);
  const told: (readonly [string, unknown])[] = [];
  try {
    interpret(checked, activation, {
      observe: ({ start, end }, outcome) => {
        told.push([source.slice(start, end), outcome instanceof Failure ? outcome.code : outcome]);
      },
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return told;
}

test('every expression that is evaluated is told, with its value', () => {
  expect(trace("request.method == 'GET' && request.size + 1 > 50")).toEqual([
    ['request.method', 'GET'],
    ["'GET'", 'GET'],
    ["request.method == 'GET'", true],
    ['request.size', 42],
    ['1', 1],
    ['request.size + 1', 43],
    ['50', 50],
    ['request.size + 1 > 50', false],
    ["request.method == 'GET' && request.size + 1 > 50", false],
  ]);
});

test('what is not evaluated is not told', () => {
  expect(trace("request.method == 'POST' && jwt.claims.level > 1").map(([text]) => text)).toEqual([
    'request.method',
    "'POST'",
    "request.method == 'POST'",
    "request.method == 'POST' && jwt.claims.level > 1",
  ]);
  expect(trace('true ? 1 : 2').map(([text]) => text)).toEqual(['true', '1', 'true ? 1 : 2']);
  expect(trace("optional.of('a').orValue('b')").map(([text]) => text)).toEqual([
    "'a'",
    "optional.of('a')",
    "optional.of('a').orValue('b')",
  ]);
});

test('what stands in a comprehension is told each time', () => {
  expect(trace("jwt.scopes.exists(s, s == 'orders:write')")).toEqual([
    ['jwt.scopes', ['orders:read', 'orders:write']],
    ['s', 'orders:read'],
    ["'orders:write'", 'orders:write'],
    ["s == 'orders:write'", false],
    ['s', 'orders:write'],
    ["'orders:write'", 'orders:write'],
    ["s == 'orders:write'", true],
    ["jwt.scopes.exists(s, s == 'orders:write')", true],
  ]);
});

test('a failure is told where it happens and as far as it goes', () => {
  expect(trace('jwt.claims.absent == 1 || jwt.present')).toEqual([
    ['jwt.claims', (activation['jwt'] as { claims: unknown }).claims],
    ['jwt.claims.absent', 'no_such_key'],
    ['jwt.claims.absent == 1', 'no_such_key'],
    ['jwt.present', true],
    ['jwt.claims.absent == 1 || jwt.present', true],
  ]);
  expect(trace('1 / (request.size - 42) > 0')).toEqual([
    ['1', 1],
    ['request.size', 42],
    ['42', 42],
    ['request.size - 42', 0],
    ['1 / (request.size - 42)', 'division_by_zero'],
    ['1 / (request.size - 42) > 0', 'division_by_zero'],
  ]);
});

test('a part can be evaluated by itself', () => {
  const source = "request.method + 'x' == 'GETx'";
  const checked = check(source, parse(source), environment);
  if (checked.root.kind !== 'operator') throw new Error('an operator');
  expect(interpret(checked, activation, { root: checked.root.operands[0] })).toBe('GETx');
});
