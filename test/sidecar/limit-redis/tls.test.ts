import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { takeOf } from '../../engine/limit/take-of.ts';
import { type Certificates, makeCertificates, type Pair } from '../../support/certificates.ts';
import { freePort } from '../../support/ports.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../../support/redis.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';
import { connected, HOUR, now, type OpenedStore, openStore, sharedLimit } from './open-store.ts';

interface Files {
  readonly ca?: string;
  readonly pair?: Pair | undefined;
}

describeWithRedis('shared limits over TLS', () => {
  let stack: AsyncDisposableStack;
  let redis: RedisServer;
  let own: Certificates;
  let others: Certificates;
  beforeAll(async () => {
    const workloads = { sidecar: 'spiffe://acme.example/sidecar' };
    own = await makeCertificates({ hosts: [], workloads });
    others = await makeCertificates({ hosts: [], workloads });
  });
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    redis = await startRedis(await scratchFolder(stack), stack);
  });
  afterEach(() => stack.disposeAsync());

  /** A port with TLS before Redis, whose binary may lack it. */
  async function tlsBefore(
    redisPort: number,
    { cert, key }: Pair,
    options: TlsOptions = {},
    own = 0,
  ): Promise<number> {
    const server = createServer({ cert, key, ...options }, (client) => {
      const plain = connectSocket(redisPort, '127.0.0.1');
      client.pipe(plain).pipe(client);
      client.on('error', () => plain.destroy());
      plain.on('error', () => client.destroy());
    });
    server.listen(own, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return address.port;
  }

  function open(url: string, { ca, pair }: Files): Promise<OpenedStore> {
    const bytes = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
    const tls = { ca: bytes(ca), cert: bytes(pair?.cert), key: bytes(pair?.key) };
    return openStore(url, stack, { credentials: { tls, password: undefined } });
  }

  async function counts(store: OpenedStore): Promise<void> {
    await connected(store);
    const taken = await store.take(takeOf(sharedLimit(10, HOUR)), now());
    expect(taken.withoutStore).toBeUndefined();
  }

  async function isTold(store: OpenedStore, ...faults: readonly string[]): Promise<void> {
    const told = () => (store.faults.length > 0 ? true : undefined);
    await waitFor(told, { what: `a fault, ${faults.join(' or ')}`, timeout: 20_000 });
    expect(faults).toContain(store.faults[0]?.fault);
    expect(store.status().state).toBe('open');
  }

  test('are counted with the CA of Redis, by address and by name', async () => {
    const port = await tlsBefore(redis.port, own.server);
    await counts(await open(`rediss://127.0.0.1:${port}`, { ca: own.ca }));
    await counts(await open(`rediss://localhost:${port}`, { ca: own.ca }));
  });

  test('are counted by Redis that wants a client certificate', async () => {
    const port = await tlsBefore(redis.port, own.server, { ca: own.ca, requestCert: true });
    const url = `rediss://127.0.0.1:${port}`;
    await counts(await open(url, { ca: own.ca, pair: own.workloads.get('sidecar') }));
    // An alert gets lost if the connection is reset right after it; the help of both names client certificates.
    for (const pair of [undefined, others.workloads.get('sidecar')])
      await isTold(await open(url, { ca: own.ca, pair }), 'client_certificate', 'closed');
  });

  test('are told to lack a CA that has signed the certificate', async () => {
    const port = await tlsBefore(redis.port, own.server);
    const url = `rediss://127.0.0.1:${port}`;
    await isTold(await open(url, { ca: others.ca }), 'untrusted_certificate');
    await isTold(await open(url, {}), 'untrusted_certificate');
  });

  test('are told that the certificate is for another name', async () => {
    const [sidecar] = own.workloads.values();
    const port = await tlsBefore(redis.port, sidecar ?? own.server);
    await isTold(await open(`rediss://localhost:${port}`, { ca: own.ca }), 'wrong_name');
  });

  test('are told that the certificate has expired', async () => {
    const old = await makeCertificates({ hosts: [], workloads: {}, days: -0.5 });
    const port = await tlsBefore(redis.port, old.server);
    await isTold(await open(`rediss://127.0.0.1:${port}`, { ca: old.ca }), 'expired_certificate');
  });

  test('are told of TLS to a port without it, and of none to a port with it', async () => {
    const port = await tlsBefore(redis.port, own.server);
    // Redis waits for the end of a line.
    await isTold(await open(`rediss://127.0.0.1:${redis.port}`, { ca: own.ca }), 'silent');
    await isTold(await open(`redis://127.0.0.1:${port}`, {}), 'closed');
  });

  test('are counted with a certificate that was renewed, and its CA', async () => {
    const port = await tlsBefore(redis.port, others.server);
    const store = await open(`rediss://127.0.0.1:${port}`, { ca: own.ca });
    await isTold(store, 'untrusted_certificate');
    const tls = { ca: Buffer.from(others.ca), cert: undefined, key: undefined };
    store.renew({ tls, password: undefined });
    await counts(store);
  });

  test('are counted in a cluster whose certificates have names', async () => {
    const port = await freePort();
    const cluster = await startRedis(await scratchFolder(stack), stack, [
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
      '--cluster-announce-port',
      String(port),
    ]);
    const slots = Array.from({ length: 16_384 }, (_, slot) => slot);
    await cluster.client.call('CLUSTER', 'ADDSLOTS', ...slots);
    await tlsBefore(cluster.port, own.server, {}, port);
    // The cluster tells an address, which the certificate has too.
    await counts(await open(`rediss-cluster://localhost:${port}`, { ca: own.ca }));
  });
});
