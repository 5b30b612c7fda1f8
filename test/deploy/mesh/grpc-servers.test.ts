import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Asker, connectAsker, said } from '../../support/ask.ts';
import { startLictor } from '../../support/lictor.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

let stack: AsyncDisposableStack;
let asker: Asker;

const CALLER = 'spiffe://acme.example/ns/shop/sa/checkout';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: stock}
spec:
  match: [{HOSTSpaths: [/acme.stock.v1.Stock/*]}]
  authenticate: {mtls: {principals: ["spiffe://acme.example/**"]}}
  rules:
    - {allow: read, match: [POST /acme.stock.v1.Stock/Get], when: "request.headers['x-tenant'] == 'acme'"}
`;

async function serve(hosts: string): Promise<Asker> {
  stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'stock.yaml'), POLICY.replace('HOSTS', hosts));
  const lictor = await startLictor({ folder, policies });
  stack.defer(lictor.stop);
  const client = connectAsker(lictor.listen);
  stack.defer(client.close);
  return client;
}

afterEach(() => stack.disposeAsync());

/** The attributes that gRFC A92 lists: no id, scheme, query or body; headers in their raw form; a size of -1. */
async function reasonOf(method: string, host?: string): Promise<string> {
  const headers = [
    { key: ':path', rawValue: Buffer.from(`/acme.stock.v1.Stock/${method}`) },
    { key: 'content-type', rawValue: Buffer.from('application/grpc') },
    { key: 'x-tenant', rawValue: Buffer.from('acme') },
  ];
  const answer = await asker.checkAttributes({
    source: { address: address(40_000), principal: CALLER },
    destination: { address: address(50_051) },
    request: {
      time: { seconds: 1_800_000_000 },
      http: {
        method: 'POST',
        path: `/acme.stock.v1.Stock/${method}`,
        ...(host !== undefined && { host }),
        headerMap: { headers },
        size: -1,
        protocol: 'HTTP/2',
      },
    },
  });
  return said(answer, 'reason');
}

function address(portValue: number): object {
  return { socketAddress: { address: '127.0.0.1', portValue } };
}

test('a gRPC server that sends the host is decided as by Envoy', async () => {
  asker = await serve('hosts: [stock.acme.svc], ');
  expect(await reasonOf('Get', 'stock.acme.svc')).toBe('allowed');
  expect(await reasonOf('Remove', 'stock.acme.svc')).toBe('no_rule');
}, 60_000);

test('a gRPC server that sends no host is decided by policies without hosts, and denied by others', async () => {
  asker = await serve('');
  expect(await reasonOf('Get')).toBe('allowed');
  await stack.disposeAsync();
  asker = await serve('hosts: [stock.acme.svc], ');
  expect(await reasonOf('Get')).toBe('no_policy');
}, 60_000);
