import { compare } from '../value/compare.ts';
import { fail } from '../value/failure.ts';
import {
  double,
  type Int,
  int,
  isNumeric,
  type Numeric,
  negateInt,
  numberOf,
  Uint,
  uint,
} from '../value/number.ts';
import { ELEMENTS } from './cost.ts';
import { type Example, type FunctionDeclaration, type Overload, overload } from './function.ts';

const total = { isTotal: true } as const;
const NUMBERS = ['int', 'uint', 'double'] as const;

/** Overloads of `math.greatest` and `math.least`; more than two numbers are passed as a list. */
function extreme(isBetter: (difference: number) => boolean): Overload[] {
  const better = (a: unknown, b: unknown) => (isBetter(compare(b, a)) ? b : a);
  const ofList = (list: readonly unknown[]): unknown => {
    if (list.length === 0) fail('empty_list');
    if (!list.every((value) => isNumeric(value))) fail('no_such_overload');
    return list.reduce<unknown>(better, list[0]);
  };
  return [
    ...NUMBERS.map((type) => overload([type], type, (a) => a as never, total)),
    ...NUMBERS.flatMap((left) =>
      NUMBERS.map((right) => overload([left, right], left === right ? left : 'dyn', better as never, total)),
    ),
    ...NUMBERS.map((type) => overload([`list(${type})`], type, ofList as never, { cost: ELEMENTS })),
  ];
}

function ofDouble(
  name: string,
  doc: string,
  compute: (value: number) => number,
  ...examples: Example[]
): FunctionDeclaration {
  const overloads = [overload(['double'], 'double', (value) => double(compute(numberOf(value))), total)];
  return { name: `math.${name}`, doc, examples, overloads };
}

function testOfDouble(
  name: string,
  doc: string,
  holds: (value: number) => boolean,
  ...examples: Example[]
): FunctionDeclaration {
  const overloads = [overload(['double'], 'bool', (value) => holds(numberOf(value)), total)];
  return { name: `math.${name}`, doc, examples, overloads };
}

function bitwise(
  name: string,
  doc: string,
  compute: (a: bigint, b: bigint) => bigint,
  ...examples: Example[]
): FunctionDeclaration {
  return {
    name: `math.${name}`,
    doc,
    examples,
    overloads: [
      overload(['int', 'int'], 'int', (a, b) => int(compute(BigInt(a), BigInt(b))), total),
      overload(['uint', 'uint'], 'uint', (a, b) => uint(compute(a.value, b.value)), total),
    ],
  };
}

/** Number of bits to shift by; 64 or more shift out all bits. Fails if it is negative. */
function distance(by: Int): bigint {
  if (by < 0) fail('negative');
  return by > 64 ? 64n : BigInt(by);
}

export const MATH: readonly FunctionDeclaration[] = [
  {
    name: 'math.greatest',
    doc: 'the greatest of one or more numbers, or of a list of numbers',
    examples: [
      ['math.greatest(1, 3, 2)', '3'],
      ['math.greatest([-1.5, -2.5])', '-1.5'],
    ],
    overloads: extreme((difference) => difference > 0),
  },
  {
    name: 'math.least',
    doc: 'the least of one or more numbers, or of a list of numbers',
    examples: [['math.least(3, 1, 2)', '1']],
    overloads: extreme((difference) => difference < 0),
  },
  ofDouble('ceil', 'the least whole number that is not less than the number', Math.ceil, [
    'math.ceil(1.2)',
    '2.0',
  ]),
  ofDouble('floor', 'the greatest whole number that is not greater than the number', Math.floor, [
    'math.floor(-1.2)',
    '-2.0',
  ]),
  ofDouble('round', 'the nearest whole number; halves are rounded away from zero', round, [
    'math.round(-1.5)',
    '-2.0',
  ]),
  ofDouble('trunc', 'the number without its fraction', Math.trunc, ['math.trunc(-1.3)', '-1.0']),
  {
    name: 'math.abs',
    doc: 'the absolute value of the number',
    examples: [
      ['math.abs(-1)', '1'],
      ['math.abs(-9223372036854775808)', 'error'],
    ],
    overloads: [
      overload(['double'], 'double', (value) => double(Math.abs(numberOf(value))), total),
      overload(['int'], 'int', (value) => (value < 0 ? negateInt(value) : value)),
      overload(['uint'], 'uint', (value) => value, total),
    ],
  },
  {
    name: 'math.sign',
    doc: 'the sign of the number: -1, 0 or 1, in the type of the number',
    examples: [['math.sign(-42)', '-1']],
    overloads: [
      overload(['double'], 'double', (value) => double(Math.sign(numberOf(value)) + 0), total),
      overload(['int'], 'int', (value) => (value < 0 ? -1 : Number(value > 0)), total),
      overload(['uint'], 'uint', ({ value }) => new Uint(value > 0n ? 1n : 0n), total),
    ],
  },
  {
    name: 'math.sqrt',
    doc: 'the square root, as a double; NaN for a negative number',
    examples: [['math.sqrt(81)', '9.0']],
    overloads: NUMBERS.map((type) =>
      overload([type], 'double', (value) => double(Math.sqrt(toNumber(value))), total),
    ),
  },
  testOfDouble('isInf', 'true if the number is infinite', (value) => Math.abs(value) === Infinity, [
    'math.isInf(1.0 / 0.0)',
    'true',
  ]),
  testOfDouble('isNaN', 'true if the double is not a number', Number.isNaN, [
    'math.isNaN(0.0 / 0.0)',
    'true',
  ]),
  testOfDouble('isFinite', 'true if the double is a number, and not infinite', Number.isFinite, [
    'math.isFinite(1.2)',
    'true',
  ]),
  bitwise('bitAnd', 'the bits that are set in both numbers', (a, b) => a & b, ['math.bitAnd(3, 5)', '1']),
  bitwise('bitOr', 'the bits that are set in either number', (a, b) => a | b, ['math.bitOr(1u, 2u)', '3u']),
  bitwise('bitXor', 'the bits that are set in exactly one of the numbers', (a, b) => a ^ b, [
    'math.bitXor(1, 3)',
    '2',
  ]),
  {
    name: 'math.bitNot',
    doc: 'the bits that are not set in the number',
    examples: [['math.bitNot(1)', '-2']],
    overloads: [
      overload(['int'], 'int', (value) => int(~BigInt(value)), total),
      overload(['uint'], 'uint', ({ value }) => uint(BigInt.asUintN(64, ~value)), total),
    ],
  },
  {
    name: 'math.bitShiftLeft',
    doc: 'the bits shifted to the left by a number of places; bits beyond 64 are dropped',
    examples: [
      ['math.bitShiftLeft(1, 2)', '4'],
      ['math.bitShiftLeft(1, -1)', 'error'],
    ],
    overloads: [
      overload(['int', 'int'], 'int', (value, by) => int(BigInt.asIntN(64, BigInt(value) << distance(by)))),
      overload(['uint', 'int'], 'uint', ({ value }, by) => uint(BigInt.asUintN(64, value << distance(by)))),
    ],
  },
  {
    name: 'math.bitShiftRight',
    doc: 'the bits shifted to the right by a number of places, filled with zeros',
    examples: [
      ['math.bitShiftRight(1024, 2)', '256'],
      ['math.bitShiftRight(-1, 60)', '15'],
    ],
    overloads: [
      overload(['int', 'int'], 'int', (value, by) =>
        int(BigInt.asIntN(64, BigInt.asUintN(64, BigInt(value)) >> distance(by))),
      ),
      overload(['uint', 'int'], 'uint', ({ value }, by) => uint(value >> distance(by))),
    ],
  },
];

function toNumber(value: Numeric): number {
  return typeof value === 'object' ? Number(value.value) : Number(value);
}

function round(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}
