import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { type DecisionRecord, readLines } from '../../support/log-lines.ts';
import { waitFor } from '../../support/wait.ts';
import { type Mesh, startMesh } from '../mesh.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: egress}
spec:
  match: [{methods: [CONNECT], hosts: [db.acme.svc]}]
  authenticate: {mtls: {principals: ["spiffe://acme.example/ns/shop/sa/*"]}}
  rules: [{name: database, effect: allow, when: request.path == '' && request.url_path == ''}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: everything}
spec:
  match: [{hosts: [other.acme.svc], paths: ["/**"]}]
  rules: [{name: all, effect: allow}]
`;

let mesh: Mesh;

beforeAll(async () => {
  mesh = await startMesh({
    policies: (folder) => writeFile(join(folder, 'policies.yaml'), POLICIES),
    envoy: { connect: true },
  });
}, 60_000);

afterAll(async () => {
  await mesh?.stop();
});

/** The connection of a workload to Envoy, with HTTP/1.1 or HTTP/2. */
async function connection(protocol: 'http/1.1' | 'h2', workload?: string): Promise<TLSSocket> {
  const { port, certificates } = mesh.envoy;
  const pair = workload === undefined ? undefined : certificates.workloads.get(workload);
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'db.acme.svc',
    ca: certificates.ca,
    ALPNProtocols: [protocol],
    ...pair,
  });
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')));
  await once(socket, 'secureConnect');
  return socket;
}

/** Sends a request by HTTP/1.1; the answer up to its blank line. */
async function answerTo(socket: TLSSocket, lines: readonly string[]): Promise<string> {
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.includes('\r\n\r\n')) break;
  }
  return text;
}

let known = 0;

/** The record after those that were read before. */
async function lastRecord(): Promise<unknown> {
  const next = async (): Promise<DecisionRecord | undefined> =>
    (await readLines<DecisionRecord>(mesh.lictor().records))[known];
  const { decision, reason, policy, rule, request } = await waitFor(next, {
    what: 'the record of the call',
    timeout: 3000,
  });
  known += 1;
  const { method, host, path } = request;
  return { decision, reason, policy, rule, method, host, path };
}

const CONNECT = ['CONNECT db.acme.svc:5432 HTTP/1.1', 'host: db.acme.svc:5432'];

test('CONNECT by HTTP/1.1 has an empty path and opens the tunnel', async () => {
  const socket = await connection('http/1.1', 'checkout');
  expect(await answerTo(socket, CONNECT)).toMatch(/^HTTP\/1\.1 200 /);
  const through = await answerTo(socket, ['GET /through HTTP/1.1', 'host: inside', 'connection: close']);
  expect(through).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
  expect(await lastRecord()).toEqual({
    decision: 'allow',
    reason: 'allowed',
    policy: 'egress',
    rule: 'database',
    method: 'CONNECT',
    host: 'db.acme.svc:5432',
    path: '',
  });
});

test('CONNECT by HTTP/2 has an empty path and opens the tunnel', async () => {
  const socket = await connection('h2', 'checkout');
  const session = connectHttp2('https://db.acme.svc', { createConnection: () => socket });
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'db.acme.svc:5432' });
  const [headers] = (await once(stream, 'response')) as [{ readonly ':status': number }];
  expect(headers[':status']).toBe(200);
  stream.write('GET /through HTTP/1.1\r\nhost: inside\r\nconnection: close\r\n\r\n');
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 /);
  session.destroy();
  expect(await lastRecord()).toMatchObject({
    decision: 'allow',
    rule: 'database',
    method: 'CONNECT',
    path: '',
  });
});

test.each([
  ['without a certificate', undefined, CONNECT, 401, 'peer_missing'],
  ['with that of another', 'intruder', CONNECT, 403, 'peer_untrusted'],
  [
    'to a host that is only selected with paths',
    'checkout',
    ['CONNECT other.acme.svc:443 HTTP/1.1', 'host: other.acme.svc:443'],
    403,
    'no_policy',
  ],
] as const)('CONNECT %s is denied', async (_, workload, lines, status, reason) => {
  const socket = await connection('http/1.1', workload);
  expect(await answerTo(socket, lines)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  socket.destroy();
  expect(await lastRecord()).toMatchObject({ decision: 'deny', reason, method: 'CONNECT', path: '' });
});

test('Envoy answers OPTIONS about the whole server itself, since no route matches `*`', async () => {
  const socket = await connection('http/1.1', 'checkout');
  const answer = await answerTo(socket, ['OPTIONS * HTTP/1.1', 'host: db.acme.svc', 'connection: close']);
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  expect(await readLines(mesh.lictor().records)).toHaveLength(known);
});
