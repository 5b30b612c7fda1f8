import { createEnvironment } from '../../../src/cel/check/environment.ts';
import { compile } from '../../../src/cel/compile.ts';

const TYPES = {
  string: "x.v == 'a'",
  bool: 'x.v',
  int: 'x.v == 1',
  uint: 'x.v == 1u',
  double: 'x.v == 1.0',
  bytes: "x.v == b'a'",
  timestamp: 'x.v == timestamp(1)',
  duration: "x.v == duration('1s')",
  'list(string)': "x.v == ['a']",
  'list(double)': 'x.v == [1.0]',
  'list(timestamp)': 'x.v == [timestamp(1)]',
  'map(string, string)': "x.v == {'a': 'b'}",
  'map(string, double)': "x.v == {'a': 1.0}",
  'map(string, list(uint))': "x.v == {'a': [1u]}",
  'optional(double)': 'x.v == optional.of(1.0)',
} as const;

function evaluate(type: keyof typeof TYPES, value: unknown): unknown {
  const environment = createEnvironment({ 'x.v': { type } });
  const { program, problems } = compile(TYPES[type], environment, { result: ['bool'] });
  if (program === undefined) throw new Error(problems[0]?.message);
  return program.evaluate({ x: { v: value } });
}

const FITTING: readonly (readonly [type: keyof typeof TYPES, ...values: unknown[]])[] = [
  ['string', 'a'],
  ['bool', true],
  ['int', 1, 1n],
  ['uint', 1, 1n],
  ['double', 1, 1n],
  ['bytes', Uint8Array.of(97), Buffer.from('a')],
  ['timestamp', { seconds: 1, nanos: 0 }],
  ['duration', { seconds: 1, nanos: 0 }, { seconds: 0, nanos: 1_000_000_000 }],
  ['list(string)', ['a']],
  ['list(double)', [1]],
  ['list(timestamp)', [{ seconds: 1, nanos: 0 }]],
  ['map(string, string)', { a: 'b' }, new Map([['a', 'b']])],
  ['map(string, double)', { a: 1 }, new Map([['a', 1]])],
  ['map(string, list(uint))', { a: [1] }, new Map([['a', [1n]]])],
  ['optional(double)', 1],
];

test.each(FITTING.map(([type, ...values]) => ({ type, values })))(
  '$type takes $values',
  ({ type, values }) => {
    for (const value of values) expect([value, evaluate(type, value)]).toEqual([value, true]);
  },
);

const WRONG: readonly (readonly [type: keyof typeof TYPES, ...values: unknown[]])[] = [
  ['string', 1, null, ['a'], { toString: () => 'a' }],
  ['bool', 1, 'true', null],
  ['int', 1.5, '1', Number.NaN, 2 ** 53, 2n ** 63n, true],
  ['uint', -1, 1.5, 2n ** 64n, '1'],
  ['double', '1', null, true],
  ['bytes', 'a', [97]],
  [
    'timestamp',
    1,
    'a',
    null,
    new Date(1000),
    { seconds: 1.5, nanos: 0 },
    { seconds: 1 },
    { seconds: 1e15, nanos: 0 },
  ],
  ['duration', 1, { seconds: '1', nanos: 0 }, { seconds: 1e15, nanos: 0 }],
  ['list(string)', 'a', { 0: 'a', length: 1 }, new Set(['a'])],
  ['list(double)', ['1'], [null]],
  ['list(timestamp)', [1]],
  ['map(string, string)', 'a', ['a'], null],
  ['map(string, double)', { a: 'b' }],
  ['map(string, list(uint))', { a: [-1] }],
  ['optional(double)', 'a'],
];

test.each(WRONG.map(([type, ...values]) => ({ type, values })))(
  '$type rejects $values',
  ({ type, values }) => {
    for (const value of values) {
      expect([value, evaluate(type, value)]).toMatchObject([
        value,
        { code: expect.stringMatching(/^wrong_type$|^time_out_of_range$/) },
      ]);
    }
  },
);

test.each(Object.keys(TYPES) as (keyof typeof TYPES)[])('a missing value of type %s', (type) => {
  const outcome = evaluate(type, undefined);
  if (type.startsWith('optional')) expect(outcome).toBe(false);
  else expect(outcome).toMatchObject({ code: 'no_such_key', message: 'no such key `v`' });
});
