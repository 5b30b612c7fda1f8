import { TypeValue } from '../value/boxed.ts';
import { formatDuration, parseDuration } from '../value/duration.ts';
import { fail } from '../value/failure.ts';
import { typeNameOf } from '../value/kind.ts';
import { sizeOfMap } from '../value/map.ts';
import { double, int, intOfDouble, numberOf, uint, uintOfDouble } from '../value/number.ts';
import { decodeUtf8, encodeUtf8, lengthOf } from '../value/text.ts';
import { formatTimestamp, parseTimestamp, timestamp } from '../value/timestamp.ts';
import { type Cost, fixed, TEXT } from './cost.ts';
import { formatDouble, parseDouble } from './double-text.ts';
import { type FunctionDeclaration, method, overload, type Parsed } from './function.ts';
import { NETWORK_TEXT } from './network.ts';

const total = { isTotal: true } as const;
const overText = { cost: TEXT } as const;
const parsed = { cost: fixed(4) } as const;
const written = { ...total, ...parsed } as const;

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

/** 64 bits need no more digits; this also bounds leading zeros. */
const INT = /^[+-]?[0-9]{1,40}$/;

function literal(parse: (text: string) => unknown, noun: string, help: string) {
  return {
    at: 0,
    parse: (text: string): Parsed => {
      const value = parse(text);
      return value === undefined ? { problem: `\`${text}\` is not a valid ${noun}`, help } : { value };
    },
  } as const;
}

/** Every second character can be a unit. Longer strings are rejected. */
const DURATION: Cost = { ...TEXT, text: 'n, at most 128', steps: (n) => Math.min(n, 128), size: () => 0 };

export const STANDARD: readonly FunctionDeclaration[] = [
  {
    name: 'size',
    doc: 'the number of characters of a string, of bytes, of elements of a list or of keys of a map',
    examples: [
      ["size('é😀')", '2'],
      ['[1, 2].size()', '2'],
    ],
    overloads: [overload, method].flatMap((form) => [
      form(['string'], 'int', lengthOf, { ...total, cost: TEXT }),
      form(['bytes'], 'int', (bytes) => bytes.length, total),
      form(['list(T)'], 'int', (list) => list.length, total),
      form(['map(K, V)'], 'int', sizeOfMap, total),
    ]),
  },
  {
    name: 'type',
    doc: 'the type of a value',
    examples: [
      ['type(1) == int', 'true'],
      ["type(['a']) == type([1])", 'true'],
    ],
    overloads: [overload(['T'], 'type(T)', (value) => new TypeValue(typeNameOf(value)), total)],
  },
  {
    name: 'dyn',
    doc: 'the value itself, with a type that is only known at evaluation time',
    examples: [['dyn(1) == 1u', 'true']],
    overloads: [overload(['T'], 'dyn', (value) => value, total)],
  },
  {
    name: 'bool',
    doc: 'the bool that a string represents: `true`, `t` or `1`, `false`, `f` or `0`',
    examples: [
      ["bool('true')", 'true'],
      ["bool('yes')", 'error'],
    ],
    overloads: [
      overload(['bool'], 'bool', (value) => value, total),
      overload(['string'], 'bool', (text) => BOOLS.get(text) ?? fail('bad_bool'), parsed),
    ],
  },
  {
    name: 'int',
    doc: 'a number as an int, a double without its fraction; the int that a string represents; the seconds of a timestamp since 1970',
    examples: [
      ["int('-12')", '-12'],
      ['int(2.9)', '2'],
      ["int(timestamp('1970-01-01T00:01:00Z'))", '60'],
      ['int(1e99)', 'error'],
    ],
    overloads: [
      overload(['int'], 'int', (value) => value, total),
      overload(['uint'], 'int', (value) => int(value.value)),
      overload(['double'], 'int', (value) => intOfDouble(numberOf(value))),
      overload(['string'], 'int', (text) => int(INT.test(text) ? whole(text) : fail('bad_int')), parsed),
      overload(['timestamp'], 'int', ({ seconds }) => seconds, total),
    ],
  },
  {
    name: 'uint',
    doc: 'a number as a uint, a double without its fraction; the uint that a string represents',
    examples: [
      ["uint('12')", '12u'],
      ['uint(-1)', 'error'],
    ],
    overloads: [
      overload(['uint'], 'uint', (value) => value, total),
      overload(['int'], 'uint', (value) => uint(BigInt(value))),
      overload(['double'], 'uint', (value) => uintOfDouble(numberOf(value))),
      overload(
        ['string'],
        'uint',
        (text) => uint(/^[0-9]{1,40}$/.test(text) ? BigInt(text) : fail('bad_uint')),
        parsed,
      ),
    ],
  },
  {
    name: 'double',
    doc: 'the double nearest to a number; the double that a string represents',
    examples: [
      ["double('1.5e3')", '1500.0'],
      ['double(3)', '3.0'],
    ],
    overloads: [
      overload(['double'], 'double', (value) => value, total),
      overload(['int'], 'double', (value) => double(Number(value) + 0), total),
      overload(['uint'], 'double', (value) => double(Number(value.value)), total),
      overload(['string'], 'double', (text) => double(parseDouble(text) ?? fail('bad_double')), parsed),
    ],
  },
  {
    name: 'string',
    doc: 'the value as a string: numbers in decimal, bytes as UTF-8, times as `timestamp` and `duration` read them',
    examples: [
      ['string(42)', "'42'"],
      ["string(b'abc')", "'abc'"],
      ["string(timestamp('2026-06-01T14:00:00+02:00'))", "'2026-06-01T12:00:00Z'"],
      ["string(duration('90m'))", "'5400s'"],
    ],
    overloads: [
      overload(['string'], 'string', (text) => text, total),
      overload(['bool'], 'string', String, total),
      overload(['int'], 'string', String, total),
      overload(['uint'], 'string', ({ value }) => String(value), total),
      overload(['double'], 'string', (value) => formatDouble(numberOf(value)), written),
      overload(['bytes'], 'string', (bytes) => decodeUtf8(bytes) ?? fail('bad_utf8'), overText),
      overload(['timestamp'], 'string', formatTimestamp, written),
      overload(['duration'], 'string', formatDuration, written),
      ...NETWORK_TEXT,
    ],
  },
  {
    name: 'bytes',
    doc: 'the UTF-8 encoding of a string',
    examples: [["bytes('é')", "b'\\xc3\\xa9'"]],
    overloads: [
      overload(['bytes'], 'bytes', (bytes) => bytes, total),
      overload(['string'], 'bytes', encodeUtf8, { ...total, cost: TEXT }),
    ],
  },
  {
    name: 'timestamp',
    doc: 'the timestamp that a string represents in the notation of RFC 3339, or that is a number of seconds after the start of 1970',
    examples: [
      ["timestamp('2026-06-01T12:00:00Z') == timestamp(1780315200)", 'true'],
      ["timestamp('1 June')", 'error'],
    ],
    overloads: [
      overload(['timestamp'], 'timestamp', (value) => value, total),
      overload(['string'], 'timestamp', (text) => parseTimestamp(text) ?? fail('bad_timestamp'), {
        ...parsed,
        literal: literal(
          parseTimestamp,
          'timestamp',
          'write it in the notation of RFC 3339: `2026-06-01T12:00:00Z`',
        ),
      }),
      overload(['int'], 'timestamp', (seconds) => timestamp(Number(seconds), 0) ?? fail('bad_timestamp')),
    ],
  },
  {
    name: 'duration',
    doc: 'the duration that a string represents, such as `1h30m`, `-1.5s`, `250ms`; units are `h`, `m`, `s`, `ms`, `us`, `ns`',
    examples: [
      ["duration('1h30m') == duration('90m')", 'true'],
      ["duration('a while')", 'error'],
    ],
    overloads: [
      overload(['duration'], 'duration', (value) => value, total),
      overload(['string'], 'duration', (text) => parseDuration(text) ?? fail('bad_duration'), {
        cost: DURATION,
        literal: literal(parseDuration, 'duration', 'write it with units: `90s`, `1h30m`, `250ms`'),
      }),
    ],
  },
];

function whole(text: string): bigint {
  return BigInt(text.replace(/^\+/, ''));
}
