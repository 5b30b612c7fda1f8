import { EvaluationError } from '../../../src/cel/interpret/program.ts';
import { cut, outcomeText, valueText } from '../../../src/tools/testing/value-text.ts';
import { ORDER_TYPES } from '../../protobuf/orders.ts';

test.each<[unknown, string]>([
  [undefined, 'optional.none()'],
  [null, 'null'],
  ['a"b', '"a\\"b"'],
  [12n, '12'],
  [1.5, '1.5'],
  [new Uint8Array(3), 'bytes(3)'],
  [[1, ['x']], '[1, ["x"]]'],
  [
    new Map<unknown, unknown>([
      ['a', true],
      [2, null],
    ]),
    '{"a": true, 2: null}',
  ],
  [{ a: { b: { c: { d: { e: { f: 1 } } } } } }, '{"a": {"b": {"c": {"d": {"e": …}}}}}'],
  [{ seconds: 1_780_315_200, nanos: 0 }, '2026-06-01T12:00:00Z'],
  [{ seconds: 90, nanos: 500_000_000 }, '90.5s'],
  [{ seconds: 1, nanos: 0, more: 1 }, '{"seconds": 1, "nanos": 0, "more": 1}'],
])('%j is %s', (value, text) => {
  expect(valueText(value)).toBe(text);
});

test('a secret is not shown in any position', () => {
  expect(valueText({ authorization: 'Bearer abc.def' }, ['abc.def', ''])).toBe(
    '{"authorization": "Bearer (token)"}',
  );
});

test('what cannot be read is not shown', () => {
  const request = {
    method: 'GET',
    get body(): string {
      throw new Error('there is none');
    },
  };
  expect(valueText(request)).toBe('{"method": "GET", "body": …}');
});

test('a long text is cut between characters', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdefg', 6)).toBe('abcde…');
  expect(cut('😀😀😀', 2)).toBe('😀…');
});

test('a report shows failures, and no more of a value than fits a line', () => {
  expect(outcomeText(new EvaluationError('no such key `a`'))).toBe('failed: no such key `a`');
  expect(outcomeText('x'.repeat(200))).toBe(`"${'x'.repeat(94)}…`);
  expect(outcomeText('Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln')).toBe('"Bearer (token)"');
});

test('a message is shown with the fields that are set, as an expression constructs it', () => {
  const order = (bytes: readonly number[]) =>
    ORDER_TYPES.decode('acme.orders.v1.Order', new Uint8Array(bytes));
  expect(valueText(order([]))).toBe('acme.orders.v1.Order{}');
  // Field 1 is the id, field 12 has uints, field 8 is another order.
  const bytes = [0x0a, 2, 0x6f, 0x31, 0x62, 2, 1, 2, 0x42, 3, 0x0a, 1, 0x70];
  expect(valueText(order(bytes))).toBe(
    'acme.orders.v1.Order{id: "o1", parent: acme.orders.v1.Order{id: "p"}, flags: [1, 2]}',
  );
  // An `Any` without a type cannot be read.
  expect(valueText(order([0x4a, 0]))).toBe('acme.orders.v1.Order{details: …}');
});
