import { tests as checking } from '@bufbuild/cel-spec/testdata/checking.js';
import { check } from '../../../src/cel/check/check.ts';
import { typeOf } from '../../../src/cel/check/checked.ts';
import { createEnvironment, type Environment } from '../../../src/cel/check/environment.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { formatType } from '../../../src/cel/value/type.ts';
import { mustFail } from '../conformance/run.ts';
import { CASES } from '../conformance/suite.ts';

/** Types that the reference implementation finds, in its notation. */
const EXPECTED: readonly (readonly [expr: string, type: string, environment: Environment])[] = [
  ...CASES.flatMap((each) => {
    const { environment, referenceType, expr } = each;
    // The reference implementation has no enums with types of their own, and takes the values of a block for `dyn`.
    const isOther = each.name.includes('/strong_') || each.file === 'block_ext';
    const isOne = mustFail(each) === undefined && !isOther;
    if (!isOne || referenceType === undefined || different().has(expr)) return [];
    // A `google.protobuf.Any` has a value of any type: `dyn`.
    return [[expr, referenceType.replaceAll(/\bany\b/g, 'dyn'), environment] as const];
  }),
  ...(checking.tests ?? []).flatMap(({ original: { expr }, type }) => {
    const environment = createEnvironment({});
    const isClosed = check(expr, parse(expr), environment).problems.length === 0;
    return isClosed && type !== undefined ? [[expr, type, environment] as const] : [];
  }),
];

/** Expressions for which the reference is not followed, with the reason. */
function different(): ReadonlyMap<string, string> {
  return new Map([
    [
      '{3.3:15.15, 1.0: 5}[1.0]',
      'a key that no map can have is a mistake here, not a failure of the evaluation',
    ],
    ['{null:false}[null]', 'likewise'],
    ['[optional.of(1), null][0]', 'the suite gives another type, which is used'],
    ['[msg, null][0]', 'likewise'],
    ['[msg.single_duration, null][0]', 'likewise'],
    ['[msg.single_timestamp, null][0]', 'likewise'],
    ['[msg.single_int64, msg.single_int64_wrapper]', 'likewise'],
  ]);
}

test.each(EXPECTED)('%s is of type %s', (expr, type, environment) => {
  const checked = check(expr, parse(expr), environment);
  expect(checked.problems).toEqual([]);
  expect(formatType(typeOf(checked, checked.root)).replaceAll('optional(', 'optional_type(')).toBe(type);
});

test.each([...different().keys()])('%s is still an exception', (expr) => {
  const each = CASES.find((test) => test.expr === expr);
  const checked = check(expr, parse(expr), each?.environment ?? createEnvironment({}));
  const type = formatType(typeOf(checked, checked.root)).replaceAll('optional(', 'optional_type(');
  expect(checked.problems.length > 0 || type !== each?.referenceType).toBe(true);
});

test('there are many of them', () => {
  expect(EXPECTED.length).toBeGreaterThan(1950);
});
