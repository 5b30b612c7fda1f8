import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, credentials, Metadata, Server, ServerCredentials, type ServiceError } from '@grpc/grpc-js';
import { makeCertificates } from '../../support/certificates.ts';
import { type Envoy, startEnvoy } from '../../support/envoy.ts';
import { startLictor } from '../../support/lictor.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { WORKLOADS } from '../mesh.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: grpc}
spec:
  match: [{hosts: [grpc.acme.svc]}]
  rules:
    - {name: no-place, effect: deny, match: [{paths: [/acme.Orders/Place]}]}
    - {name: no-admin, effect: deny, when: "request.headers[?'x-probe'].orValue('') == 'admin'"}
    - {name: all, effect: allow}
  respond:
    allow:
      requestHeaders: {set: {x-judged-path: {cel: request.url_path}, x-judged-probe: {cel: "request.headers[?'x-probe'].orValue('')"}}}
`;

const METHODS = ['/acme.Orders/List', '/acme.Orders/Place', '/acme.Orders/place', '/acme.orders/Place', '/'];

/** The method that ran, and what it was told that the policy had read. */
interface Ran {
  readonly method: string;
  readonly path: string;
  readonly judgedProbe: string;
  readonly probe: string;
}

let envoy: Envoy;
let client: Client;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const folder = await scratchFolder(stack);
  const certificates = await makeCertificates({ hosts: ['*.acme.svc'], workloads: WORKLOADS });
  await mkdir(join(folder, 'policies'));
  await writeFile(join(folder, 'policies', 'all.yaml'), POLICIES);
  const lictor = await startLictor({ folder: join(folder, 'lictor'), policies: join(folder, 'policies') });
  stack.defer(() => lictor.stop());
  const upstreamPort = await startService();
  envoy = await startEnvoy({
    folder: join(folder, 'envoy'),
    certificates,
    upstreamPort,
    authz: lictor.listen,
  });
  stack.defer(() => envoy.stop());
  client = new Client(`127.0.0.1:${envoy.port}`, credentials.createSsl(Buffer.from(certificates.ca)), {
    'grpc.default_authority': 'grpc.acme.svc',
    'grpc.ssl_target_name_override': 'grpc.acme.svc',
  });
  stack.defer(() => client.close());
}, 60_000);

afterAll(() => stack.disposeAsync());

/** Starts a service that answers with the method that ran. Returns its port. */
async function startService(): Promise<number> {
  const server = new Server();
  const same = (bytes: Buffer): Buffer => bytes;
  for (const method of METHODS) {
    server.register(
      method,
      ({ metadata }: { metadata: Metadata }, answer: (error: null, message: Buffer) => void) => {
        const text = (name: string): string => metadata.get(name).join(',');
        const ran: Ran = {
          method,
          path: text('x-judged-path'),
          judgedProbe: text('x-judged-probe'),
          probe: text('x-probe'),
        };
        answer(null, Buffer.from(JSON.stringify(ran)));
      },
      same,
      same,
      'unary',
    );
  }
  stack.defer(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

/** Result of the call; undefined if it failed. */
function call(path: string, probes: readonly string[] = []): Promise<Ran | undefined> {
  const metadata = new Metadata();
  for (const probe of probes) metadata.add('x-probe', probe);
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null, bytes?: Buffer): void =>
      resolve(
        error === null && bytes !== undefined ? (JSON.parse(bytes.toString('utf8')) as Ran) : undefined,
      );
    const deadline = Date.now() + 5000;
    client.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, { deadline }, done);
  });
}

test('a method runs under the path that was judged', async () => {
  expect(await call('/acme.Orders/List')).toMatchObject({
    method: '/acme.Orders/List',
    path: '/acme.Orders/List',
  });
});

test.each([
  '/acme.Orders/Place',
  '//acme.Orders/Place',
  '/acme.Orders//Place',
  '/acme.Orders/Place/',
  '/./acme.Orders/Place',
  '/acme.Orders/./Place',
  '/acme.Orders/List/../Place',
  '/acme.Orders/%50lace',
  '/acme.Orders/Pl%61ce',
  '/acme%2EOrders/Place',
  '/acme.Orders%2FPlace',
  '/acme.Orders/%2e%2e/acme.Orders/Place',
  '/acme.Orders/Place?a=1',
  '/acme.Orders/Place?',
  '/acme.Orders/Place;a=1',
  '/acme.Orders/Place#a',
  '/acme.Orders\\Place',
  'acme.Orders/Place',
  '/acme.Orders/Place%00',
  '/acme.Orders/Place%20',
  'http://grpc.acme.svc/acme.Orders/Place',
  '/acme.Orders/place',
  '/acme.orders/Place',
  '*',
])('the spelling %s does not run the denied method, nor another than was judged', async (path) => {
  const ran = await call(path);
  expect(ran?.method).not.toBe('/acme.Orders/Place');
  expect(ran?.path).toBe(ran?.method);
});

test.each([
  [['user'], 'user'],
  [['a b'], 'a b'],
  [['admin'], undefined],
  [['user', 'admin'], undefined],
  [['admin', 'user'], undefined],
])('metadata %j is judged as the service reads it, or denied', async (probes, expected) => {
  const ran = await call('/acme.Orders/List', probes);
  expect([ran?.judgedProbe, ran?.probe]).toEqual([expected, expected]);
});
