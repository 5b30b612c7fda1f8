import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { callThrough } from '../support/call.ts';
import type { EnvoyOptions } from '../support/envoy.ts';
import { recordOf } from '../support/log-lines.ts';
import { ROOT } from '../support/tools.ts';
import { type Mesh, startMesh } from './mesh.ts';

const [OFFICE, OUTSIDE] = ['192.0.2.200', '192.0.2.7'];

/** The recipe `internal-network` of the cookbook at a real Envoy. */
function startDashboard(envoy: Partial<EnvoyOptions>): Promise<Mesh> {
  const recipe = new URL('docs/cookbook/internal-network/policy.yaml', ROOT);
  return startMesh({ policies: (folder) => cp(recipe, join(folder, 'policy.yaml')), envoy });
}

/** A balancer on loopback that tells Envoy by the PROXY protocol that its callers have the address `client`. */
async function startBalancer(port: number, client: string, stack: AsyncDisposableStack): Promise<number> {
  const server = createServer((caller) => {
    const proxy = connect(port, '127.0.0.1', () => {
      proxy.write(`PROXY TCP4 ${client} 127.0.0.1 50000 443\r\n`);
      caller.pipe(proxy).pipe(caller);
    });
    for (const [one, other] of [[caller, proxy] as const, [proxy, caller] as const]) {
      one.on('error', () => other.destroy());
    }
  });
  stack.defer(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

const look = { host: 'dashboard.acme.svc', path: '/' };

describe('source.ip', () => {
  test('is the address of the connection, also if Envoy trusts x-forwarded-for', async () => {
    await using stack = new AsyncDisposableStack();
    const mesh = await startDashboard({ xffTrustedHops: 1 });
    stack.defer(mesh.stop);
    const headers = { 'x-forwarded-for': `${OFFICE}, ${OFFICE}` };
    const answer = await callThrough(mesh.envoy, { ...look, headers });
    expect(answer.status).toBe(403);
    const record = await recordOf(mesh.lictor().records, answer.headers['x-lictor-decision-id'] ?? '');
    expect(record).toMatchObject({ reason: 'no_rule', source: { address: '127.0.0.1' } });
  }, 60_000);

  test('is the address of the caller in front of a balancer that speaks the PROXY protocol', async () => {
    await using stack = new AsyncDisposableStack();
    const mesh = await startDashboard({ proxyProtocol: true });
    stack.defer(mesh.stop);
    const statusFrom = async (address: string): Promise<number> => {
      const port = await startBalancer(mesh.envoy.port, address, stack);
      return (await callThrough({ ...mesh.envoy, port }, look)).status;
    };
    expect([await statusFrom(OFFICE), await statusFrom(OUTSIDE)]).toEqual([200, 403]);
  }, 60_000);
});
