import { compile } from '../../src/cel/compile.ts';
import { EvaluationError } from '../../src/cel/interpret/program.ts';
import { ORDER_NAMES, ORDER_TYPES } from './orders.ts';

/** Messages that could make an evaluation long, or end in a stack overflow: all of a body that Envoy sends by default. */

const ORDER = 'acme.orders.v1.Order';
const SIZE = 65_536;

/** A field of bytes, with its tag and length. */
function field(number: number, content: Uint8Array): Uint8Array {
  return joined([varint(number * 8 + 2), varint(content.length), content]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return new Uint8Array([...bytes, rest]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

/** As many copies of the bytes as a body has room for. */
function filled(make: (at: number) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let size = 0, at = 0; size < SIZE; at++) {
    const part = make(at);
    size += part.length;
    parts.push(part);
  }
  return joined(parts);
}

function nestedAny(levels: number): Uint8Array {
  const url = field(1, text('type.googleapis.com/google.protobuf.Any'));
  let any = new Uint8Array();
  for (let level = 0; level < levels; level++) any = Uint8Array.from(joined([url, field(2, any)]));
  return field(9, any);
}

/** An `Any` in the `details` of an order, in the `details` of an order, and so on. */
function nestedOrders(levels: number): Uint8Array {
  const url = field(1, text(`type.googleapis.com/${ORDER}`));
  let order = new Uint8Array();
  for (let level = 0; level < levels; level++)
    order = Uint8Array.from(field(9, joined([url, field(2, order)])));
  return order;
}

const items = filled(() => field(2, new Uint8Array()));
const labels = filled((at) => field(7, field(1, text(`k${at}`))));
const unknown = filled(() => new Uint8Array([0xf8, 0x01, 0x01]));
const flags = field(12, new Uint8Array(SIZE).fill(1));

function outcomeOf(source: string, bytes: Uint8Array): unknown {
  const { program, problems } = compile(source, ORDER_NAMES, { result: ['dyn'] });
  if (program === undefined) throw new Error(problems[0]?.message);
  const body = ORDER_TYPES.decode(ORDER, bytes);
  const outcome = program.evaluate({ request: { body }, limit: 3 });
  return outcome instanceof EvaluationError ? outcome.code : outcome;
}

test.each<[string, Uint8Array, unknown]>([
  ['request.body.items.size()', items, SIZE / 2],
  ["request.body.items.all(i, i.sku == '')", items, true],
  ['request.body.items.all(i, request.body.items.all(j, i == j))', items, 'too_many_steps'],
  ['request.body.items == request.body.items', items, true],
  ['request.body == request.body', items, true],
  ['request.body.items.all(i, has(request.body.labels))', joined([items, labels]), true],
  ['request.body.items.all(i, request.body.labels.size() > 0)', joined([items, labels]), true],
  ['request.body.items.all(i, request.body == Order{})', joined([items, unknown]), false],
  ['request.body.items.all(i, request.body == request.body)', joined([items, unknown]), 'too_many_steps'],
  ['request.body.flags.all(f, f == 1u)', flags, true],
  ['request.body.flags.all(f, request.body.flags == [f])', flags, true],
  ['request.body.items.all(i, json.encode(request.body) != "")', items, 'too_many_steps'],
  ['[1, 2].all(i, Order{items: request.body.items}.items == [])', items, false],
  ['request.body.items.all(i, Order{items: request.body.items} != Order{})', items, 'too_many_steps'],
  ['request.body.details == null', nestedAny(10), 'bad_any'],
  ['request.body.details == null', nestedAny(500), 'too_deep'],
  ['request.body == request.body', nestedAny(500), 'too_deep'],
  ['request.body == request.body', nestedOrders(500), 'too_many_steps'],
  ['request.body == request.body', nestedOrders(200), true],
  ['json.encode(request.body) == ""', nestedOrders(10), false],
])('%s', (source, bytes, expected) => {
  const began = process.cpuUsage();
  const outcome = outcomeOf(source, bytes);
  const { user, system } = process.cpuUsage(began);
  // `all` is false for the first element that differs.
  expect(outcome).toBe(source.includes('== [f]') ? false : expected);
  expect(user + system).toBeLessThan(2_000_000);
});

test('messages that are nested more than 100 levels deep are not decoded', () => {
  const nested = (levels: number) => {
    let bytes = new Uint8Array();
    for (let level = 0; level < levels; level++) bytes = Uint8Array.from(field(8, bytes));
    return bytes;
  };
  expect(outcomeOf("request.body.parent.parent.parent.id == ''", nested(90))).toBe(true);
  expect(() => ORDER_TYPES.decode(ORDER, nested(101))).toThrow('maximum recursion depth');
  expect(() => ORDER_TYPES.decode(ORDER, nested(2000))).toThrow('maximum recursion depth');
});

test('bytes that are not a message are not decoded', () => {
  expect(() => ORDER_TYPES.decode(ORDER, new Uint8Array([0x0a, 0xff, 0x01]))).toThrow('premature EOF');
  expect(() => ORDER_TYPES.decode('acme.orders.v1.None', new Uint8Array())).toThrow('no message type');
});
