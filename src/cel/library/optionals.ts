import { NONE, Optional } from '../value/boxed.ts';
import { Duration } from '../value/duration.ts';
import { fail } from '../value/failure.ts';
import { isMap, sizeOfMap } from '../value/map.ts';
import { Message } from '../value/message.ts';
import { isNumeric, magnitude } from '../value/number.ts';
import { ELEMENTS } from './cost.ts';
import { type FunctionDeclaration, method, overload } from './function.ts';

const total = { isTotal: true } as const;

export const OPTIONALS: readonly FunctionDeclaration[] = [
  {
    name: 'optional.of',
    doc: 'an optional with a value',
    examples: [['optional.of(1).value()', '1']],
    overloads: [overload(['T'], 'optional(T)', (value) => new Optional(value), total)],
  },
  {
    name: 'optional.ofNonZeroValue',
    doc: 'an optional with a value; empty if the value is zero, empty, false or null',
    examples: [
      ["optional.ofNonZeroValue('')", 'optional.none()'],
      ["optional.ofNonZeroValue('a')", "optional.of('a')"],
    ],
    overloads: [
      overload(['T'], 'optional(T)', (value) => (isZero(value) ? NONE : new Optional(value)), total),
    ],
  },
  {
    name: 'optional.none',
    doc: 'an empty optional',
    examples: [['optional.none().hasValue()', 'false']],
    overloads: [overload([], 'optional(T)', () => NONE, total)],
  },
  {
    name: 'optional.unwrap',
    doc: 'the values of the optionals of a list that are not empty',
    examples: [['optional.unwrap([optional.of(1), optional.none()])', '[1]']],
    overloads: [overload(['list(optional(T))'], 'list(T)', unwrap, { cost: ELEMENTS })],
  },
  {
    name: 'unwrapOpt',
    doc: 'as `optional.unwrap`',
    examples: [['[optional.of(1), optional.none()].unwrapOpt()', '[1]']],
    overloads: [method(['list(optional(T))'], 'list(T)', unwrap, { cost: ELEMENTS })],
  },
  {
    name: 'hasValue',
    doc: 'true if an optional has a value',
    examples: [["{'a': 1}[?'b'].hasValue()", 'false']],
    overloads: [method(['optional(T)'], 'bool', ({ value }) => value !== undefined, total)],
  },
  {
    name: 'value',
    doc: 'the value of an optional; an error if it is empty',
    examples: [
      ["{'a': 1}[?'a'].value()", '1'],
      ['optional.none().value()', 'error'],
    ],
    overloads: [
      method(['optional(T)'], 'T', ({ value }) => (value === undefined ? fail('optional_empty') : value)),
    ],
  },
  {
    name: 'or',
    doc: 'the optional if it has a value, otherwise the argument, which is evaluated only then',
    examples: [['optional.none().or(optional.of(1))', 'optional.of(1)']],
    overloads: [
      method(['optional(T)', 'optional(T)'], 'optional(T)', (a, b) => (a.value === undefined ? b : a), total),
    ],
  },
  {
    name: 'orValue',
    doc: 'the value of an optional if it has one, otherwise the argument, which is evaluated only then',
    examples: [["{'a': 1}[?'b'].orValue(2)", '2']],
    overloads: [
      method(['optional(T)', 'T'], 'T', ({ value }, other) => (value === undefined ? other : value), total),
    ],
  },
];

function unwrap(list: readonly unknown[]): readonly unknown[] {
  return list.flatMap((optional) => {
    if (!(optional instanceof Optional)) fail('no_optional');
    return optional.value === undefined ? [] : [optional.value];
  });
}

function isZero(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  if (isNumeric(value)) return Number(magnitude(value)) === 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration) return value.seconds === 0 && value.nanos === 0;
  if (value instanceof Optional) return value.value === undefined;
  if (value instanceof Message) return value.isEmpty;
  return isMap(value) && sizeOfMap(value) === 0;
}
