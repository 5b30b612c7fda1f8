import { check } from '../../../src/cel/check/check.ts';
import { interpret } from '../../../src/cel/interpret/interpret.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { Failure } from '../../../src/cel/value/failure.ts';
import { activation, environment } from '../names.ts';

/** Outcomes of all evaluated expressions in the order of their evaluation; a failure as its code. */
function trace(source: string): readonly (readonly [text: string, outcome: unknown])[] {
  const checked = check(source, parse(source), environment);
  const outcomes: (readonly [string, unknown])[] = [];
  try {
    interpret(checked, activation, {
      observe: ({ start, end }, outcome) => {
        outcomes.push([source.slice(start, end), outcome instanceof Failure ? outcome.code : outcome]);
      },
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return outcomes;
}

test('every evaluated expression is reported, with its value', () => {
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

test('an expression that is not evaluated is not reported', () => {
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

test('an expression in a comprehension is reported each time', () => {
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

test('a failure is reported where it happens, and wherever it propagates', () => {
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
