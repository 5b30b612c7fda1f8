import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { Message } from '../../src/cel/value/message.ts';
import { evaluated } from '../cel/evaluations.ts';
import { ORDER_NAMES, ORDER_TYPES } from './orders.ts';

function message(name: string, json: JsonValue): unknown {
  const type = ORDER_TYPES.files.getMessage(`acme.orders.v1.${name}`);
  if (type === undefined) throw new Error(`no type ${name}`);
  return ORDER_TYPES.valueOf(type, fromJson(type, json, { registry: ORDER_TYPES.files }));
}

/** Value on which all evaluators agree. */
function read(source: string, order: JsonValue = {}, odd: JsonValue = {}): unknown {
  return evaluated(source, ORDER_NAMES, {
    request: { body: message('Order', order) },
    odd: message('Odd', odd),
    limit: 3,
  });
}

test.each<[string, JsonValue]>([
  ["request.body.id == 'o1'", { id: 'o1' }],
  ["request.body.id == ''", {}],
  ['request.body.total_cents == 9223372036854775807', { totalCents: '9223372036854775807' }],
  ['request.body.total_cents + 1 == 6', { totalCents: 5 }],
  ['request.body.weight == 2.0 && type(request.body.weight) == double', { weight: 2 }],
  ['request.body.items.all(i, i.quantity > 0u)', { items: [{ quantity: 1 }, { quantity: 2 }] }],
  ['request.body.items.map(i, i.sku) == ["a", "b"]', { items: [{ sku: 'a' }, { sku: 'b' }] }],
  ['request.body.items[1].price == 0.5', { items: [{}, { price: 0.5 }] }],
  ['size(request.body.items) == 0', {}],
  ['request.body.created == timestamp("2026-06-01T00:00:00.5Z")', { created: '2026-06-01T00:00:00.5Z' }],
  ['request.body.created == timestamp(0) && !has(request.body.created)', {}],
  ['request.body.discount == null && !has(request.body.discount)', {}],
  ['request.body.discount == 0 && has(request.body.discount)', { discount: 0 }],
  ['request.body.discount + limit == 8', { discount: 5 }],
  ['request.body.state == State.PAID && State.PAID == 1', { state: 'PAID' }],
  ['request.body.state == 7', { state: 7 }],
  [
    "request.body.labels['__proto__'] == 'x' && request.body.labels.constructor == 'y'",
    { labels: JSON.parse('{"__proto__": "x", "constructor": "y"}') as JsonValue },
  ],
  ["!('toString' in request.body.labels) && request.body.labels.size() == 1", { labels: { a: 'b' } }],
  [
    'request.body.counts[18446744073709551615u] == -1 && 1u in request.body.counts',
    { counts: { '18446744073709551615': -1, 1: 2 } },
  ],
  ['request.body.counts.all(k, type(k) == uint)', { counts: { 1: 2 } }],
  ["request.body.parent.parent.parent.id == ''", {}],
  [
    "request.body.parent.parent.id == 'g' && has(request.body.parent.parent)",
    { parent: { parent: { id: 'g' } } },
  ],
  ["request.body.tags == ['x'] && 'x' in request.body.tags", { tags: ['x'] }],
  ['request.body.flags == [1u, 4294967295u]', { flags: [1, 4294967295] }],
  [
    "has(request.body.card) && request.body.card == '' && !has(request.body.invoice) && !request.body.invoice",
    { card: '' },
  ],
  ["has(request.body.note) && request.body.note == ''", { note: '' }],
  ['!has(request.body.note) && !has(request.body.id)', { id: '' }],
  ["request.body.?note.orValue('none') == 'none'", {}],
  ["request.body.?parent.?id.orValue('none') == 'none'", { parent: {} }],
  ["request.body.?parent.?id.orValue('none') == 'p'", { parent: { id: 'p' } }],
  ['request.body.details == null', {}],
  [
    "request.body.details.sku == 's'",
    { details: { '@type': 'type.googleapis.com/acme.orders.v1.Item', sku: 's' } },
  ],
  [
    "request.body.details == 'text'",
    { details: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'text' } },
  ],
  ['type(request.body) == acme.orders.v1.Order && type(request.body.parent) == Order', {}],
  [
    'json.encode(request.body.parent) == \'{"id":"p","totalCents":"1"}\'',
    { parent: { id: 'p', totalCents: 1 } },
  ],
])('%s of %j', (source, order) => {
  expect(read(source, order)).toBe(true);
});

test('names that every object of JavaScript has are names of fields like any other', () => {
  const values = JSON.parse(
    '{"Proto": "p", "constructor": "c", "toString": "t", "has": "h", "read": "r", "valueOf": 3}',
  ) as JsonValue;
  const source =
    "odd.`__proto__` == 'p' && odd.constructor == 'c' && odd.toString == 't' && odd.has == 'h' && odd.read == 'r'";
  expect(read(`${source} && odd.valueOf == 3`, {}, values)).toBe(true);
  expect(read("odd.`__proto__` + odd.constructor + odd.toString + odd.has == '' && odd.valueOf == 0")).toBe(
    true,
  );
  expect(read('has(odd.constructor) || has(odd.hasOwnProperty) || has(odd.isPrototypeOf)')).toBe(false);
  expect(read("odd.hasOwnProperty.sku == '' && odd.isPrototypeOf == []")).toBe(true);
});

test('a message field with the name of an inherited method keeps its value to itself', () => {
  const name = 'acme.orders.v1.Odd';
  // Field 4 with an item whose `sku` is `x`.
  const bytes = new Uint8Array([0x22, 0x03, 0x0a, 0x01, 0x78]);
  const first = ORDER_TYPES.decode(name, bytes);
  const second = ORDER_TYPES.decode(name, new Uint8Array());
  const sku = (value: unknown) => evaluated('odd.hasOwnProperty.sku', ORDER_NAMES, { odd: value });
  expect([sku(first), sku(second)]).toEqual(['x', '']);
  expect(Object.keys(Object.prototype.hasOwnProperty)).toEqual([]);
});

test('a value that is not a message of the declared type fails', () => {
  const ask = (body: unknown) => evaluated('request.body.id', ORDER_NAMES, { request: { body } });
  expect(ask({ id: 'o1' })).toEqual({ failure: 'wrong_type' });
  expect(ask(message('Item', {}))).toEqual({ failure: 'wrong_type' });
});

test('a message is its own result, and has a JSON form', () => {
  const order = message('Order', { id: 'o1', totalCents: '5' });
  expect(order).toBeInstanceOf(Message);
  expect(evaluated('request.body', ORDER_NAMES, { request: { body: order } })).toBe(order);
  expect(JSON.stringify(order)).toBe('{"id":"o1","totalCents":"5"}');
});
