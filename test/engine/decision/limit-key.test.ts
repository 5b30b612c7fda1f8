import type { Value } from '../../../src/cel/interpret/program.ts';
import { NONE } from '../../../src/cel/value/boxed.ts';
import { duration } from '../../../src/cel/value/duration.ts';
import { Uint, Whole } from '../../../src/cel/value/number.ts';
import { Timestamp } from '../../../src/cel/value/timestamp.ts';
import { keyOfOne, keyOfSeveral } from '../../../src/engine/decision/limit-key.ts';
import { pick, seeded } from '../../support/seeded.ts';

const VALUES: readonly [unknown, ...unknown[]] = [
  '',
  '1',
  'i1;',
  's1:1',
  '#i1;',
  '#s1:1',
  'true',
  'null',
  'b1;',
  '1.5',
  1,
  -1,
  1.5,
  Number.NaN,
  2n ** 62n,
  String(2n ** 62n),
  new Uint(1n),
  new Whole(1),
  true,
  false,
  null,
  new Uint8Array(),
  new Uint8Array([49]),
  new Uint8Array([1, 49]),
  duration(1, 0),
  new Timestamp(1, 0),
  new Timestamp(1, 5),
  [1],
  ['1'],
  [2n ** 62n],
  NONE,
];

/** The key as limits make it. */
function keyText(values: readonly Value[]): string {
  return values.length === 1 ? keyOfOne(values[0]) : keyOfSeveral(values);
}

test('values of different types or contents are different keys', () => {
  expect(new Set(VALUES.map((value) => keyText([value]))).size).toBe(VALUES.length);
});

test('equal values are equal keys, and a string is its own', () => {
  const keyPart = (value: unknown) => keyText([value]);
  expect(keyPart('alice')).toBe('alice');
  expect(keyPart('#i1;')).toBe('#s4:#i1;');
  expect(keyPart(new Uint8Array([1, 2]))).toBe(keyPart(new Uint8Array([1, 2])));
  expect(keyPart(new Whole(-0))).toBe(keyPart(new Whole(0)));
  expect(keyPart(new Uint(7n))).toBe('#u7;');
});

test('two lists of values never make the same key', () => {
  const random = seeded(16);
  const lists = new Map<string, string>();
  for (let round = 0; round < 20_000; round++) {
    const values = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      VALUES.indexOf(pick(random, VALUES)),
    );
    const key = keyText(values.map((at) => VALUES[at]));
    const list = values.join();
    expect(lists.get(key) ?? list).toBe(list);
    lists.set(key, list);
  }
  expect(lists.size).toBeGreaterThan(5000);
});
