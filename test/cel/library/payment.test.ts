import type { Overload } from '../../../src/cel/library/function.ts';
import { LIBRARY } from '../../../src/cel/library/library.ts';
import { NONE, Optional } from '../../../src/cel/value/boxed.ts';
import { beginBudget, endBudget } from '../../../src/cel/value/budget.ts';
import { CidrSet } from '../../../src/cel/value/cidr-set.ts';
import { Duration } from '../../../src/cel/value/duration.ts';
import { Failure } from '../../../src/cel/value/failure.ts';
import { parseCidr, parseIp } from '../../../src/cel/value/ip.ts';
import { Uint, Whole } from '../../../src/cel/value/number.ts';
import { Timestamp } from '../../../src/cel/value/timestamp.ts';
import type { Type } from '../../../src/cel/value/type.ts';
import { ADDED_FUNCTIONS } from '../../../src/policy/compile/added-functions.ts';

const SIZE = 5000;
const TEXT = 'ab'.repeat(SIZE / 2);

/** Value of the type; a large one if its values have a size. */
function large(type: Type): unknown {
  switch (type.kind) {
    case 'bool':
      return true;
    case 'int':
      return 1;
    case 'uint':
      return new Uint(1n);
    case 'double':
      return new Whole(1);
    case 'bytes':
      return new TextEncoder().encode(TEXT);
    case 'timestamp':
      return new Timestamp(1_780_315_200, 0);
    case 'duration':
      return new Duration(90, 0);
    case 'null':
      return null;
    case 'list': {
      const element = large(type.element);
      return Array.from({ length: SIZE }, () => element);
    }
    case 'map':
      return new Map(Array.from({ length: SIZE }, (_, index) => [`${TEXT}${index}`, index]));
    case 'optional':
      return type.of.kind === 'parameter' ? NONE : new Optional(large(type.of));
    case 'opaque':
      if (type.name === 'net.CIDRs') return CidrSet.of([]);
      return type.name === 'net.IP' ? parseIp('10.0.0.1') : parseCidr('10.0.0.0/8');
    default:
      return TEXT;
  }
}

function codeOf(run: Overload['run'], args: readonly unknown[], budget: number): string | undefined {
  const outer = beginBudget(budget);
  try {
    run(...args);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  } finally {
    endBudget(outer);
  }
}

const forms = [...Object.values(LIBRARY).flat(), ...ADDED_FUNCTIONS].flatMap(({ name, overloads }) =>
  overloads.map((overload) => ({ name, overload, args: overload.parameters.map(large) })),
);

test('a function that does not pay by itself takes nothing off the budget if it is called unpaid', () => {
  for (const { name, overload, args } of forms) {
    if (overload.cost.payment === 'within') continue;
    expect([name, codeOf(overload.runUnpaid, args, 0)]).not.toEqual([name, 'too_many_steps']);
  }
});

test('a function whose cost grows with its arguments pays for large ones', () => {
  let paid = 0;
  for (const { name, overload, args } of forms) {
    const { payment, steps } = overload.cost;
    if (payment !== 'repeated' && payment !== 'before') continue;
    if (steps(SIZE, SIZE, SIZE) === 0) continue;
    paid++;
    expect([name, codeOf(overload.run, args, 0)]).toEqual([name, 'too_many_steps']);
  }
  expect(paid).toBeGreaterThan(30);
});

test('outside of an evaluation the budget is unlimited', () => {
  for (const { name, overload, args } of forms) {
    for (let times = 0; times < 3; times++) {
      try {
        overload.run(...args);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect([name, error.code]).not.toEqual([name, 'too_many_steps']);
      }
    }
  }
});
