import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callThrough, jsonOf } from '../support/call.ts';
import { waitFor } from '../support/wait.ts';
import { type Mesh, startMesh } from './mesh.ts';

const POLICIES = `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: shop-service}
spec:
  parameters:
    host: {type: string}
  match: [{hosts: [{param: host}]}]
  authenticate: {mtls: {principals: ["spiffe://acme.example/ns/shop/sa/*"]}}
  variables:
    tenant: request.headers[?'x-tenant'].orValue('none')
    partner: data.partners[?variables.tenant]
  rules:
    - {name: partners, effect: allow, when: "variables.partner.optMap(p, p.tier in env.tiers).orValue(false)"}
  respond:
    allow:
      requestHeaders: {set: {x-service: {param: host}}}
      responseHeaders: {set: {x-served-by: lictor, content-type: text/json}, append: {vary: x-tenant}}
      query: {set: {tenant: {cel: variables.tenant}}, remove: [debug]}
      metadata: {tenant: {cel: variables.tenant}}
    deny:
      headers: {set: {content-type: text/html}}
      body: {cel: "'<p>not for ' + variables.tenant + '</p>'"}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec: {uses: {template: shop-service, with: {host: orders.acme.svc}}}
---
apiVersion: lictor/v1
kind: Dataset
metadata: {name: partners}
spec: {file: partners.csv, key: id}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: staging}
spec: {values: {tiers: [gold, silver]}}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: production}
spec: {values: {tiers: [gold]}}
`;

let mesh: Mesh;

beforeAll(async () => {
  mesh = await startMesh({
    policies: async (folder) => {
      await writeFile(join(folder, 'policies.yaml'), POLICIES);
      await writeFile(join(folder, 'partners.csv'), 'id,tier\nacme,gold\nbolt,silver\n');
    },
    lictor: { env: { LICTOR_ENVIRONMENT: 'production' } },
  });
}, 60_000);

afterAll(async () => {
  await mesh?.stop();
});

async function ask(tenant: string, path = '/orders?debug=1&a=b&tenant=evil') {
  const headers = { 'x-tenant': tenant };
  return callThrough(mesh.envoy, { host: 'orders.acme.svc', path, headers, workload: 'checkout' });
}

test('the changes of the policy reach the service and the caller', async () => {
  const answer = await ask('acme');
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'x-served-by': 'lictor',
    'content-type': 'text/json',
    vary: 'x-tenant',
  });
  const reached = jsonOf(answer) as {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  expect(reached.headers['x-service']).toBe('orders.acme.svc');
  const { pathname, searchParams } = new URL(reached.path, 'https://orders.acme.svc');
  expect(pathname).toBe('/orders');
  expect(Object.fromEntries(searchParams)).toEqual({ a: 'b', tenant: 'acme' });
});

test('a denial has the body of the policy', async () => {
  const answer = await ask('bolt');
  expect(answer).toMatchObject({ status: 403, text: '<p>not for bolt</p>' });
  expect(answer.headers).toMatchObject({ 'content-type': 'text/html' });
  expect(answer.headers['x-lictor-decision-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('a new row of a dataset is active within seconds', async () => {
  expect((await ask('new')).status).toBe(403);
  await writeFile(join(mesh.repository.folder, 'partners.csv'), 'id,tier\nacme,gold\nnew,gold\n');
  await mesh.repository.commit('Add a partner');
  await waitFor(async () => ((await ask('new')).status === 200 ? true : undefined), {
    what: 'the new row live',
    timeout: 5000,
    child: mesh.lictor().child,
  });
});
