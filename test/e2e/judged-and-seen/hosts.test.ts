import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callThrough, jsonOf } from '../../support/call.ts';
import { type Mesh, startMesh } from '../mesh.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  authenticate: {mtls: {}}
  rules: [{name: all, effect: allow}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: hello}
spec:
  match: [{hosts: [hello.acme.svc]}]
  rules: [{name: all, effect: allow}]
`;

let mesh: Mesh;

beforeAll(async () => {
  mesh = await startMesh({ policies: (folder) => writeFile(join(folder, 'policies.yaml'), POLICIES) });
}, 60_000);

afterAll(async () => {
  await mesh?.stop();
});

async function noticesOf(mesh_: Mesh): Promise<readonly string[]> {
  const status = (await (await fetch(`${mesh_.lictor().admin}/v1/status`)).json()) as {
    readonly proxy: { readonly notices: readonly { readonly notice: string }[] };
  };
  return status.proxy.notices.map(({ notice }) => notice);
}

const ORDERS = { host: 'orders.acme.svc', path: '/', workload: 'checkout' } as const;
/** The open policy of another service, chosen by the caller. */
const HELLO = { host: 'hello.acme.svc', path: '/' } as const;

test('a sidecar that sees the hosts of several services warns in the log, once, and in its status', async () => {
  expect((await callThrough(mesh.envoy, ORDERS)).status).toBe(200);
  expect(await noticesOf(mesh)).toEqual([]);
  for (let round = 0; round < 3; round++) expect((await callThrough(mesh.envoy, HELLO)).status).toBe(200);
  expect(await noticesOf(mesh)).toEqual(['several_services']);
  const log = await readFile(mesh.lictor().child.log, 'utf8');
  expect(log.split('several_services')).toHaveLength(2);
});

test('with `--hosts`, requests to other hosts do not reach the service', async () => {
  await mesh.lictor().stop();
  await mesh.revive({ args: ['--hosts', 'orders.acme.svc', '*.orders.acme.svc'] });
  const answer = await callThrough(mesh.envoy, HELLO);
  expect([answer.status, jsonOf(answer)]).toEqual([421, expect.objectContaining({ reason: 'unknown_host' })]);
  expect((await callThrough(mesh.envoy, ORDERS)).status).toBe(200);
  expect((await callThrough(mesh.envoy, { ...ORDERS, host: 'ORDERS.acme.svc:8443' })).status).toBe(200);
  expect(await noticesOf(mesh)).toEqual([]);
});
