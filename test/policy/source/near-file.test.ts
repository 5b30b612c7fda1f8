import { nearFile } from '../../../src/policy/source/near-file.ts';

const PATHS = [
  'orders/a.yaml',
  'orders/schemas/order.schema.json',
  'shared/rates.csv',
  'eu/x.json',
  'us/x.json',
];

test.each([
  ['schemas/ordr.schema.json', 'schemas/order.schema.json'],
  ['order.schema.json', 'schemas/order.schema.json'],
  ['orders/schemas/order.schema.json', 'schemas/order.schema.json'],
  ['../rates.csv', '../shared/rates.csv'],
  ['schemas/invoice.schema.json', undefined],
  ['schemas/order.json', undefined],
  // Two files have the name.
  ['x.json', undefined],
])('%s is %s', (reference, meant) => {
  expect(nearFile('orders/a.yaml', reference, PATHS)).toBe(meant);
});
