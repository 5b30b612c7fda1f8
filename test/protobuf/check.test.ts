import { compile } from '../../src/cel/compile.ts';
import { formatType } from '../../src/cel/value/type.ts';
import { ORDER_NAMES } from './orders.ts';

function compiled(source: string) {
  return compile(source, ORDER_NAMES, { result: ['dyn'], allowOptional: true });
}

/** Message of each mistake, with its help in parentheses. */
function mistakes(source: string): readonly string[] {
  return (compiled(source).problems ?? []).map(({ message, help }) => `${message} (${help ?? ''})`);
}

test.each([
  ['request.body.total_cents', 'int'],
  ['request.body.items', 'list(acme.orders.v1.Item)'],
  ['request.body.items[0].quantity', 'uint'],
  ['request.body.created', 'timestamp'],
  ['request.body.discount', 'wrapper(int)'],
  ['request.body.discount + 1', 'int'],
  ['request.body.state', 'int'],
  ['request.body.labels', 'map(string, string)'],
  ['request.body.counts', 'map(uint, int)'],
  ['request.body.?parent.?id', 'optional(string)'],
  ['request.body.details', 'dyn'],
  ['has(request.body.parent)', 'bool'],
  ['State.PAID', 'int'],
  ["Item{sku: 'a'}", 'acme.orders.v1.Item'],
  ['true ? request.body.discount : 1', 'wrapper(int)'],
  ['[1, request.body.discount]', 'list(wrapper(int))'],
])('%s is of type %s', (source, type) => {
  const { program, problems } = compiled(source);
  expect(problems).toBeUndefined();
  expect(program && formatType(program.type)).toBe(type);
});

test.each([
  [
    'request.body.totl_cents',
    '`acme.orders.v1.Order` has no field `totl_cents` (did you mean `total_cents`?)',
  ],
  [
    'request.body.totalCents',
    '`acme.orders.v1.Order` has no field `totalCents` (did you mean `total_cents`?)',
  ],
  [
    'has(request.body.items[0].x)',
    '`acme.orders.v1.Item` has no field `x` (`acme.orders.v1.Item` has `sku`, `quantity`, `price`)',
  ],
  ['request.body.id == 1', '`==` does not take `string` and `int` (write `int(request.body.id)`)'],
  ["Itm{sku: 'a'}", 'unknown message `Itm` (did you mean `acme.orders.v1.Item`?)'],
  ['Item{sku: 1}', '`sku` of `acme.orders.v1.Item` takes `string`, not `int` ()'],
  ["Item{sku: 'a', sku: 'b'}", '`sku` is set twice ()'],
  [
    "Item{size: 'a'}",
    '`acme.orders.v1.Item` has no field `size` (`acme.orders.v1.Item` has `sku`, `quantity`, `price`)',
  ],
  ['Item{sku: null}', '`sku` of `acme.orders.v1.Item` takes `string`, not `null` ()'],
  ['request.body.discount.value', '`wrapper(int)` has no fields (a wrapper is its value, or `null`)'],
  ['State.PAYD', '`acme.orders.v1.State` has no value `PAYD` (did you mean `PAID`?)'],
  [
    '1 == acme.orders.v1.State.LOST',
    '`acme.orders.v1.State` has no value `LOST` (`acme.orders.v1.State` has `NEW`, `PAID`, `SENT`)',
  ],
  ['Stat.PAID', 'unknown name `Stat.PAID` (did you mean `acme.orders.v1.State.PAID`?)'],
  [
    '1 + acme.order.v1.State.SENT',
    'unknown name `acme.order.v1.State.SENT` (did you mean `acme.orders.v1.State.SENT`?)',
  ],
  ['nothing.like.it', 'unknown name `nothing` (known here: `request`, `odd`, `limit`)'],
  ['reqest.body.id', 'unknown name `reqest` (did you mean `request`?)'],
  ["request.body['id']", '`acme.orders.v1.Order` has no elements (write `request.body.id`)'],
  ['request.body.id()', 'unknown method `id` (`id` is a value: write it without parentheses)'],
  ['request.body.items[0].quantity == 1', '`==` does not take `uint` and `int` (write `1u`)'],
  [
    "request.body.state == 'PAID'",
    '`==` does not take `int` and `string` (write `acme.orders.v1.State.PAID`)',
  ],
  ['request.body.state == PAID', 'unknown name `PAID` (did you mean `acme.orders.v1.State.PAID`?)'],
  ['cel.block([1], cel.index(1))', 'unknown name `cel.index(1)` (known here: `request`, `odd`, `limit`)'],
])('%s is a mistake', (source, mistake) => {
  expect(mistakes(source)).toEqual([mistake]);
});

test('the help of a misspelt field is an edit', () => {
  const [problem] = compiled('request.body.totl_cents == 1').problems ?? [];
  expect(problem?.edit).toEqual({ start: 13, end: 23, text: 'total_cents' });
});
