import { EvaluationError } from '../../src/cel/program.ts';
import { shownValue } from '../../src/cli/shown-value.ts';

test.each<[unknown, string]>([
  ['a "b"', '"a \\"b\\""'],
  [true, 'true'],
  [12n, '12'],
  [null, 'null'],
  [undefined, 'nothing'],
  [new Uint8Array(3), '3 bytes'],
  [['a', 1], '["a", 1]'],
  [new Map([['a', [1]]]), '{"a": [1]}'],
  [{ a: { b: {} } }, '{"a": {"b": {}}}'],
  [{ seconds: 1_780_000_000, nanos: 500_000_000 }, '2026-05-28T20:26:40.500Z'],
  [{ seconds: 90, nanos: 0 }, '90s'],
  [new EvaluationError('no such key `a`'), 'failed: no such key `a`'],
  ['x'.repeat(200), `"${'x'.repeat(95)}…`],
  ['Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln', '"Bearer (a token)"'],
  [[[[[[[1]]]]]], '[[[[[…]]]]]'],
])('%j', (value, shown) => {
  expect(shownValue(value)).toBe(shown);
});

test('a property that cannot be read does no harm', () => {
  const value = {
    get a(): string {
      throw new Error('no');
    },
  };
  expect(shownValue(value)).toBe('{"a": "…"}');
});
