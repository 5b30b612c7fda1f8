import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { descriptorSet } from '../support/buf.ts';
import { lictor } from '../support/command.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const SERVICE = `syntax = "proto3";
package acme.orders.v1;
service Orders { rpc PlaceOrder(PlaceOrderRequest) returns (PlaceOrderResponse); }
message PlaceOrderRequest { string customer = 1; }
message PlaceOrderResponse {}
`;

test('the examples of the language page are one folder whose tests pass', async () => {
  const page = readFileSync('docs/language.md', 'utf8');
  const documents = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
  expect(documents.map((text) => /^kind: (\w+)$/m.exec(text)?.[1])).toEqual([
    'Policy',
    'Policy',
    'Dataset',
    'Environment',
    'PolicyTemplate',
    'Issuer',
    'PolicyTest',
    'TestFixtures',
  ]);
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  await mkdir(join(directory, 'schemas'));
  await writeFile(join(directory, 'schemas/order.schema.json'), '{"type": "object"}');
  for (const name of ['orders', 'orders-v2'])
    await writeFile(join(directory, `schemas/${name}.openapi.yaml`), JSON.stringify(ORDERS));
  await writeFile(join(directory, 'schemas/orders.binpb'), await descriptorSet({ 'orders.proto': SERVICE }));
  await writeFile(join(directory, 'partners.csv'), 'id,tier\nacme,gold\n');
  const strict = 'apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: orders-strict}\nspec: {}\n';
  await writeFile(join(directory, 'page.yaml'), [...documents, strict].join('---\n'));
  const { code, stdout, stderr } = await lictor(['test', '.', '--update'], { directory });
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringMatching(/ passed \(/) });
});

const ID = { name: 'order_id', in: 'path', required: true, schema: { type: 'integer' } };
const ORDERS = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  paths: {
    '/api/orders': { get: {}, post: { requestBody: { content: { 'application/json': {} } } } },
    '/api/orders/{order_id}': { get: { parameters: [ID] } },
  },
};
