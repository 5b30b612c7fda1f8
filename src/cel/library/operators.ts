import { NONE, Optional } from '../value/boxed.ts';
import { ELEMENTS_A_STEP, spendElements } from '../value/budget.ts';
import { compare, compareTimes, equals } from '../value/compare.ts';
import { addDurations, subtractDurations } from '../value/duration.ts';
import { fail } from '../value/failure.ts';
import { isMap, lookup } from '../value/map.ts';
import {
  addInt,
  divideInt,
  divideUint,
  double,
  isNumeric,
  magnitude,
  moduloInt,
  moduloUint,
  multiplyInt,
  negateInt,
  numberOf,
  subtractInt,
  uint,
} from '../value/number.ts';
import { ObjectValue } from '../value/object.ts';
import { compareBytes, compareText } from '../value/text.ts';
import { addToTimestamp, between, subtractFromTimestamp } from '../value/timestamp.ts';
import { concatenateBytes, concatenateLists, concatenateText } from './build.ts';
import { type Cost, DEEP, ELEMENTS, JOINED, PREFIX } from './cost.ts';
import { type FunctionDeclaration, type Overload, overload } from './function.ts';

const total = { isTotal: true } as const;

/** Compares the value with each element. */
const CONTAINED: Cost = {
  ...ELEMENTS,
  text: 'm/16',
  steps: (_, m) => Math.floor(m / ELEMENTS_A_STEP),
  payment: 'within',
};

/**
 * `container[index]`: the element of a list, or the value of a key; of an optional, an optional. A number finds an
 * index or key of equal value. `written` is the key if it is a string literal, for the message if it is missing.
 */
export function index(container: unknown, key: unknown, written?: string): unknown {
  if (container instanceof Optional) return indexOptional(container, key);
  const found = find(container, key);
  if (found !== undefined) return found;
  return Array.isArray(container) ? fail('index_out_of_range') : fail('no_such_key', written);
}

/** `container[?index]`; `NONE` if there is no such element, or `container` is an empty optional. */
export function indexOptional(container: unknown, key: unknown): Optional {
  const inner = container instanceof Optional ? container.value : container;
  return inner === undefined ? NONE : Optional.of(find(inner, key));
}

/** The element; undefined if there is none. Fails if the container has no elements. */
function find(container: unknown, index: unknown): unknown {
  if (Array.isArray(container)) {
    if (!isNumeric(index)) fail('no_such_operation');
    const position = Number(magnitude(index));
    return Number.isInteger(position) && position >= 0 ? (container[position] as unknown) : undefined;
  }
  if (isMap(container)) return lookup(container, index);
  if (container instanceof ObjectValue && typeof index === 'string') {
    return container.has(index) ? container.read(index) : undefined;
  }
  return fail('no_such_operation');
}

/** True if a list has an element, or a map a key, that equals `value`. */
export function contains(container: unknown, value: unknown): boolean {
  if (Array.isArray(container)) {
    spendElements(container.length);
    return container.some((element) => equals(element, value));
  }
  if (isMap(container)) return lookup(container, value) !== undefined;
  return fail('no_such_operation');
}

// Overloads are in the order of the reference implementation: the first one binds types that are not known yet.

/** Overloads of a comparison; `holds` is true if a difference below, at or above zero satisfies it. */
function comparison(holds: (difference: number) => boolean): Overload[] {
  const numbers = ['int', 'uint', 'double'] as const;
  return [
    overload(['bool', 'bool'], 'bool', (a, b) => holds(Number(a) - Number(b)), total),
    ...numbers.flatMap((left) =>
      numbers.map((right) => overload([left, right], 'bool', (a, b) => holds(compare(a, b)), total)),
    ),
    overload(['string', 'string'], 'bool', (a, b) => holds(compareText(a, b)), { ...total, cost: PREFIX }),
    overload(['bytes', 'bytes'], 'bool', (a, b) => holds(compareBytes(a, b)), { ...total, cost: PREFIX }),
    overload(['timestamp', 'timestamp'], 'bool', (a, b) => holds(compareTimes(a, b)), total),
    overload(['duration', 'duration'], 'bool', (a, b) => holds(compareTimes(a, b)), total),
  ];
}

export const OPERATORS: readonly FunctionDeclaration[] = [
  {
    name: '_==_',
    doc: 'true if two values are equal; numbers are compared as numbers, lists and maps including all nested values',
    examples: [
      ["'a' == 'a'", 'true'],
      ['dyn(1) == 1.0', 'true'],
      ["{'a': [1, 2]} == {'a': [1, 2]}", 'true'],
      ["dyn('1') == 1", 'false'],
    ],
    overloads: [overload(['T', 'T'], 'bool', equals, { cost: DEEP })],
  },
  {
    name: '_!=_',
    doc: 'true if two values are not equal',
    examples: [['1 != 2', 'true']],
    overloads: [overload(['T', 'T'], 'bool', (a, b) => !equals(a, b), { cost: DEEP })],
  },
  {
    name: '_<_',
    doc: 'true if a value is less than another; strings are ordered by code point, numbers regardless of their types',
    examples: [
      ['1 < 2.5', 'true'],
      ["'Z' < 'a'", 'true'],
      ["duration('59s') < duration('1m')", 'true'],
    ],
    overloads: comparison((difference) => difference < 0),
  },
  {
    name: '_<=_',
    doc: 'true if a value is less than another, or equal to it',
    examples: [['1 <= 1', 'true']],
    overloads: comparison((difference) => difference <= 0),
  },
  {
    name: '_>_',
    doc: 'true if a value is greater than another',
    examples: [["timestamp('2026-06-02T00:00:00Z') > timestamp('2026-06-01T00:00:00Z')", 'true']],
    overloads: comparison((difference) => difference > 0),
  },
  {
    name: '_>=_',
    doc: 'true if a value is greater than another, or equal to it',
    examples: [['2 >= 1u', 'true']],
    overloads: comparison((difference) => difference >= 0),
  },
  {
    name: '_+_',
    doc: 'the sum of numbers or times; the concatenation of strings, bytes or lists',
    examples: [
      ['1 + 2', '3'],
      ["'a' + 'b'", "'ab'"],
      ['[1] + [2]', '[1, 2]'],
      ["timestamp('2026-06-01T00:00:00Z') + duration('1h')", "timestamp('2026-06-01T01:00:00Z')"],
      ['9223372036854775807 + 1', 'error'],
    ],
    overloads: [
      overload(['bytes', 'bytes'], 'bytes', concatenateBytes, { cost: JOINED }),
      overload(['double', 'double'], 'double', (a, b) => double(numberOf(a) + numberOf(b)), total),
      overload(['duration', 'duration'], 'duration', addDurations),
      overload(['duration', 'timestamp'], 'timestamp', (span, instant) => addToTimestamp(instant, span)),
      overload(['timestamp', 'duration'], 'timestamp', addToTimestamp),
      overload(['int', 'int'], 'int', addInt),
      overload(['list(T)', 'list(T)'], 'list(T)', concatenateLists, { cost: JOINED }),
      overload(['string', 'string'], 'string', concatenateText, { cost: JOINED }),
      overload(['uint', 'uint'], 'uint', (a, b) => uint(a.value + b.value)),
    ],
  },
  {
    name: '_-_',
    doc: 'the difference of numbers or times',
    examples: [
      ['1 - 2', '-1'],
      ["timestamp('2026-06-01T01:00:00Z') - timestamp('2026-06-01T00:00:00Z')", "duration('1h')"],
      ['1u - 2u', 'error'],
    ],
    overloads: [
      overload(['double', 'double'], 'double', (a, b) => double(numberOf(a) - numberOf(b)), total),
      overload(['duration', 'duration'], 'duration', subtractDurations),
      overload(['int', 'int'], 'int', subtractInt),
      overload(['timestamp', 'duration'], 'timestamp', subtractFromTimestamp),
      overload(['timestamp', 'timestamp'], 'duration', between),
      overload(['uint', 'uint'], 'uint', (a, b) => uint(a.value - b.value)),
    ],
  },
  {
    name: '_*_',
    doc: 'the product of two numbers of the same type',
    examples: [['6 * 7', '42']],
    overloads: [
      overload(['double', 'double'], 'double', (a, b) => double(numberOf(a) * numberOf(b)), total),
      overload(['int', 'int'], 'int', multiplyInt),
      overload(['uint', 'uint'], 'uint', (a, b) => uint(a.value * b.value)),
    ],
  },
  {
    name: '_/_',
    doc: 'the quotient of two numbers of the same type; rounded toward zero for integers',
    examples: [
      ['-7 / 2', '-3'],
      ['7.0 / 2.0', '3.5'],
      ['1 / 0', 'error'],
    ],
    overloads: [
      overload(['double', 'double'], 'double', (a, b) => double(numberOf(a) / numberOf(b)), total),
      overload(['int', 'int'], 'int', divideInt),
      overload(['uint', 'uint'], 'uint', divideUint),
    ],
  },
  {
    name: '_%_',
    doc: 'the remainder of a division, with the sign of the first operand',
    examples: [['-7 % 2', '-1']],
    overloads: [overload(['int', 'int'], 'int', moduloInt), overload(['uint', 'uint'], 'uint', moduloUint)],
  },
  {
    name: '-_',
    doc: 'the number with the opposite sign',
    examples: [['-(2 + 3)', '-5']],
    overloads: [
      overload(['double'], 'double', (a) => double(-numberOf(a)), total),
      overload(['int'], 'int', negateInt),
    ],
  },
  {
    name: '!_',
    doc: 'true for false, and false for true',
    examples: [["!('a' in ['b'])", 'true']],
    overloads: [overload(['bool'], 'bool', (a) => !a, total)],
  },
  {
    name: '_in_',
    doc: 'true if a list has an element, or a map a key, that equals the value',
    examples: [
      ["'a' in ['a', 'b']", 'true'],
      ["'a' in {'a': null}", 'true'],
    ],
    overloads: [
      overload(['T', 'list(T)'], 'bool', (value, list) => contains(list, value), {
        cost: CONTAINED,
      }),
      overload(['K', 'map(K, V)'], 'bool', (value, map) => contains(map, value), total),
    ],
  },
  {
    name: '_[_]',
    doc: 'the element of a list at an index, counted from 0, or the value of a key of a map',
    examples: [
      ['[1, 2][1]', '2'],
      ["{'a': 1}['a']", '1'],
      ['[1, 2][2]', 'error'],
      ['[1, 2][?2]', 'optional.none()'],
      ["{'a': 1}[?'a']", 'optional.of(1)'],
    ],
    overloads: [
      overload(['list(T)', 'int'], 'T', (list, position) => index(list, position)),
      overload(['map(K, V)', 'K'], 'V', (map, key) => index(map, key)),
      overload(['optional(list(T))', 'int'], 'optional(T)', indexOptional),
      overload(['optional(map(K, V))', 'K'], 'optional(V)', indexOptional),
    ],
  },
  {
    name: '_[?_]',
    doc: 'an optional with the value of `x[y]`; empty if there is no such element',
    examples: [],
    overloads: [
      overload(['list(T)', 'int'], 'optional(T)', indexOptional),
      overload(['map(K, V)', 'K'], 'optional(V)', indexOptional),
      overload(['optional(list(T))', 'int'], 'optional(T)', indexOptional),
      overload(['optional(map(K, V))', 'K'], 'optional(V)', indexOptional),
    ],
  },
];
