import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const read = (file: string): string => readFileSync(`docs/compare/${file}`, 'utf8');

const ORDERS_TEST = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  now: 2026-06-01T12:00:00Z
  callers:
    web: {principal: "spiffe://acme.example/ns/shop/sa/web", jwt: {issuer: acme, claims: {scope: "orders:write"}}}
    checkout: {principal: "spiffe://acme.example/ns/shop/sa/checkout", jwt: {issuer: acme, claims: {scope: "orders:write"}}}
    without-scope: {principal: "spiffe://acme.example/ns/shop/sa/checkout"}
    billing: {principal: "spiffe://acme.example/ns/billing/sa/web"}
    anonymous: {}
  requests:
    list: {host: orders.acme.svc, path: /api/orders}
    read: {host: orders.acme.svc, path: /api/orders/42}
    place: {method: POST, host: orders.acme.svc, path: /api/orders}
    change: {method: PUT, host: orders.acme.svc, path: /api/orders/42}
  matrix:
    - callers: [web, checkout, without-scope, billing, anonymous]
      requests: [list, read, place, change]
      expect:
        web: {list: allow, read: allow}
        checkout: {list: allow, read: allow, place: allow}
        without-scope: {list: allow, read: allow}
      others: deny
`;

const CALLS_TEST = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: calls}
spec:
  callers:
    frontend: {principal: "spiffe://acme.example/ns/shop/sa/frontend"}
    checkout: {principal: "spiffe://acme.example/ns/shop/sa/checkout"}
    other: {principal: "spiffe://acme.example/ns/lab/sa/checkout"}
  requests:
    add: {method: POST, host: cart.shop.svc, path: /hipstershop.CartService/AddItem}
    charge: {method: POST, host: payment.shop.svc, path: /hipstershop.PaymentService/Charge}
    unknown: {method: POST, host: cart.shop.svc, path: /hipstershop.CartService/DropAll}
  matrix:
    - callers: [frontend, checkout, other]
      requests: [add, charge, unknown]
      expect: {frontend: {add: allow}, checkout: {charge: allow}}
      others: deny
`;

test('the page shows the policy for one service', () => {
  const [, shown = ''] = /^```yaml\n(.+?)^```$/ms.exec(readFileSync('docs/compare.md', 'utf8')) ?? [];
  expect(shown).toBe(read('orders/lictor.yaml'));
});

test.each([
  { name: 'orders', files: ['orders/lictor.yaml', 'orders/issuer.yaml'], cases: ORDERS_TEST },
  { name: 'call-graph', files: ['call-graph/lictor.yaml'], cases: CALLS_TEST },
])('$name: our text is formatted and decides what the task says', async ({ files, cases }) => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  for (const file of files) await writeFile(join(folder, file.replace('/', '-')), read(file));
  await writeFile(join(folder, 'cases.test.yaml'), cases);
  expect(await inProcess(['check', folder], folder)).toMatchObject({ code: 0 });
  expect(
    await inProcess(['fmt', '--check', ...files.map((file) => `docs/compare/${file}`)], process.cwd()),
  ).toMatchObject({
    code: 0,
  });
  const { code, stdout } = await inProcess(['test', folder], folder);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ passed/m)]);
});
