import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, Metadata, status } from '@grpc/grpc-js';
import {
  type Call,
  type Listener,
  type ListenOptions,
  type Methods,
  StatusError,
  type Transport,
} from '../../../src/sidecar/transport/transport.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { type ClientTls, call, connectTo, talk } from '../../support/grpc.ts';
import { QUIET_LISTENER } from '../../support/quiet-listener.ts';
import { TRANSPORTS } from '../../support/transports.ts';

const ECHO = '/test.Echo/Echo';
const LIMIT = 1024;

const echo: Methods = { [ECHO]: { unary: (request) => request } };

let createTransport: () => Transport;
let folder: string;
let listeners: Listener[];
let clients: Client[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lictor-transport-'));
  listeners = [];
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await Promise.all(listeners.map((listener) => listener.drain(0)));
  await rm(folder, { recursive: true });
});

async function listen(methods: Methods, change: Partial<ListenOptions> = {}): Promise<Listener> {
  const options = {
    address: '127.0.0.1:0',
    tls: undefined,
    ...QUIET_LISTENER,
    maxMessageBytes: LIMIT,
    ...change,
  };
  const listener = await createTransport().listen(options, methods);
  listeners.push(listener);
  return listener;
}

function client(address: string, tls?: ClientTls): Client {
  const made = connectTo(address, tls);
  clients.push(made);
  return made;
}

describe.each(TRANSPORTS)('%s', (_, create) => {
  beforeEach(() => {
    createTransport = create;
  });

  describe('addresses', () => {
    test.each(['127.0.0.1:0', '[::1]:0', 'localhost:0'])('answers on %s', async (address) => {
      const { address: given } = await listen(echo, { address });
      expect(given.startsWith(address.slice(0, -1))).toBe(true);
      expect(given.endsWith(':0')).toBe(false);
      expect(await call(client(given), ECHO, Buffer.from('hi'))).toEqual(Buffer.from('hi'));
    });

    test('answers on a Unix socket that its group can use, and removes it', async () => {
      const path = join(folder, 'a.sock');
      const listener = await listen(echo, { address: `unix:${path}` });
      expect(listener.address).toBe(`unix:${path}`);
      expect((await stat(path)).mode & 0o777).toBe(0o660);
      expect(await call(client(listener.address), ECHO, Buffer.from('hi'))).toEqual(Buffer.from('hi'));
      await listener.drain(1000);
      expect(existsSync(path)).toBe(false);
    });

    test('replaces a socket file without a listener', async () => {
      const path = join(folder, 'stale.sock');
      await leaveSocket(path);
      const { address } = await listen(echo, { address: `unix:${path}` });
      expect(await call(client(address), ECHO, Buffer.from('hi'))).toEqual(Buffer.from('hi'));
    });

    test('does not replace the socket of a listening process', async () => {
      const path = join(folder, 'live.sock');
      const server = await listenOn(path);
      try {
        await expect(listen(echo, { address: `unix:${path}` })).rejects.toThrow(
          `cannot listen on \`unix:${path}\`: another process listens on it, stop that process or choose another path`,
        );
        expect(existsSync(path)).toBe(true);
      } finally {
        server.close();
      }
    });

    test('does not remove a file that is not a socket', async () => {
      const path = join(folder, 'notes.txt');
      await writeFile(path, 'keep me');
      await expect(listen(echo, { address: `unix:${path}` })).rejects.toThrow(
        'the file exists and is not a socket',
      );
      expect(existsSync(path)).toBe(true);
    });

    test('names a missing folder', async () => {
      const path = join(folder, 'none', 'a.sock');
      await expect(listen(echo, { address: `unix:${path}` })).rejects.toThrow(
        `the folder ${join(folder, 'none')} does not exist, create it first`,
      );
    });

    test('reports a path that is too long', async () => {
      const path = join(folder, 'a'.repeat(120));
      await expect(listen(echo, { address: `unix:${path}` })).rejects.toThrow('at most 103 bytes');
    });

    test('reports a port in use', async () => {
      const { address } = await listen(echo);
      await expect(listen(echo, { address })).rejects.toThrow(
        `cannot listen on \`${address}\`: another process listens on it, stop that process or choose another port`,
      );
    });

    test('reports a text that is not an address', async () => {
      await expect(listen(echo, { address: 'nowhere' })).rejects.toThrow('`nowhere`: not an address');
    });
  });

  describe('unary calls', () => {
    test('have metadata and deadline', async () => {
      let seen: Call | undefined;
      let aborted: boolean | undefined;
      const { address } = await listen({
        [ECHO]: {
          unary: (request, made) => {
            seen = made;
            aborted = made.signal.aborted;
            return request;
          },
        },
      });
      const metadata = new Metadata();
      metadata.set('traceparent', '00-1');
      metadata.add('repeated', 'one');
      metadata.add('repeated', 'two');
      const deadline = Date.now() + 5000;
      await call(client(address), ECHO, Buffer.alloc(0), { metadata, deadline });
      expect(seen?.metadata('traceparent')).toBe('00-1');
      expect(seen?.metadata('repeated')).toMatch(/^one/);
      expect(seen?.metadata('absent')).toBeUndefined();
      expect(Math.abs((seen?.deadline ?? 0) - deadline)).toBeLessThan(1000);
      expect(aborted).toBe(false);
    });

    test.each<[string, Error, number, string]>([
      ['a status', new StatusError(5, 'no such thing'), 5, 'no such thing'],
      ['an unexpected error', new Error('a secret inside'), 13, 'the call failed'],
    ])('%s that is thrown ends the call', async (_, error, code, details) => {
      const { address } = await listen({ [ECHO]: { unary: () => Promise.reject(error) } });
      await expect(call(client(address), ECHO, Buffer.alloc(0))).rejects.toMatchObject({ code, details });
    });

    test('a message over the limit is answered by the method itself', async () => {
      const { address } = await listen({
        [ECHO]: { unary: (request) => request, tooLarge: (limit) => Buffer.from(`over ${String(limit)}`) },
      });
      const made = client(address);
      expect(await call(made, ECHO, Buffer.alloc(LIMIT))).toHaveLength(LIMIT);
      expect(await call(made, ECHO, Buffer.alloc(LIMIT + 1))).toEqual(Buffer.from('over 1024'));
    });

    test.each([
      ['over the limit, without an answer of its own', LIMIT + 1],
      ['far over the limit', LIMIT * 17],
    ])('a message %s ends the call', async (_, length) => {
      const { address } = await listen(echo);
      await expect(call(client(address), ECHO, Buffer.alloc(length))).rejects.toMatchObject({
        code: status.RESOURCE_EXHAUSTED,
      });
    });

    test('an unregistered method is unimplemented', async () => {
      const { address } = await listen(echo);
      await expect(call(client(address), '/test.Echo/Other', Buffer.alloc(0))).rejects.toMatchObject({
        code: status.UNIMPLEMENTED,
      });
    });

    test('the signal aborts when the caller disconnects', async () => {
      const arrived = Promise.withResolvers<AbortSignal>();
      const { address } = await listen({
        [ECHO]: {
          unary: (request, { signal }) => {
            arrived.resolve(signal);
            return new Promise((resolve) => {
              signal.addEventListener('abort', () => resolve(request), { once: true });
            });
          },
        },
      });
      const made = client(address);
      const answer = call(made, ECHO, Buffer.alloc(0));
      const signal = await arrived.promise;
      const aborted = once(signal, 'abort');
      await Promise.all([expect(answer).rejects.toBeDefined(), listeners[0]?.drain(0), aborted]);
      expect(signal.aborted).toBe(true);
    });
  });

  describe('streams', () => {
    const doubled: Methods = {
      [ECHO]: {
        async *stream(requests) {
          for await (const request of requests) {
            yield request;
            yield request;
          }
        },
      },
    };

    test('answer each message at once', async () => {
      const { address } = await listen(doubled);
      const stream = talk(client(address), ECHO);
      const received: string[] = [];
      stream.on('data', (message: Buffer) => received.push(message.toString()));
      stream.write(Buffer.from('a'));
      stream.write(Buffer.from('b'));
      stream.end();
      await once(stream, 'end');
      expect(received).toEqual(['a', 'a', 'b', 'b']);
    });

    test('end with the status that is thrown', async () => {
      const { address } = await listen({
        [ECHO]: {
          async *stream() {
            yield Buffer.from('so far');
            throw new StatusError(3, 'not like this');
          },
        },
      });
      const stream = talk(client(address), ECHO);
      stream.on('data', () => undefined);
      const [error] = (await once(stream, 'error').catch((thrown: unknown) => [thrown])) as [unknown];
      expect(error).toMatchObject({ code: 3, details: 'not like this' });
    });

    test('are ended when the listener drains', async () => {
      const listener = await listen({
        [ECHO]: {
          async *stream(_requests, { signal }) {
            yield Buffer.from('hello');
            if (!signal.aborted) await once(signal, 'abort');
            yield Buffer.from('goodbye');
          },
        },
      });
      const stream = talk(client(listener.address), ECHO);
      const received: string[] = [];
      stream.on('data', (message: Buffer) => received.push(message.toString()));
      const ended = once(stream, 'end');
      await once(stream, 'data');
      await listener.drain(60_000);
      await ended;
      expect(received).toEqual(['hello', 'goodbye']);
    });

    test('are refused while 256 are open, and accepted when one has ended', async () => {
      const { address } = await listen(doubled);
      const caller = client(address);
      /** The first answer; the error of a stream that is refused. */
      const begin = async (): Promise<readonly [stream: ReturnType<typeof talk>, answer: unknown]> => {
        const stream = talk(caller, ECHO);
        const answer = new Promise((resolve) => stream.once('data', resolve).on('error', resolve));
        stream.write(Buffer.from('a'));
        return [stream, String(await answer)];
      };
      const open = await Promise.all(Array.from({ length: 256 }, begin));
      expect(new Set(open.map(([, answer]) => answer))).toEqual(new Set(['a']));
      expect(await begin()).toEqual([
        expect.anything(),
        'Error: 8 RESOURCE_EXHAUSTED: too many streams are open',
      ]);
      const [[cancelled], [ended]] = open as [(typeof open)[0], (typeof open)[0]];
      cancelled.cancel();
      ended.resume().end();
      await once(ended, 'end');
      const again = [await begin(), await begin()];
      expect(again.map(([, answer]) => answer)).toEqual(['a', 'a']);
    });
  });

  describe('TLS', () => {
    let certificates: Certificates;
    let strangers: Certificates;

    beforeAll(async () => {
      const workloads = { checkout: 'spiffe://acme.example/ns/shop/sa/checkout' };
      certificates = await makeCertificates({ hosts: [], workloads });
      strangers = await makeCertificates({ hosts: [], workloads });
    });

    async function listenTls(mutual: boolean): Promise<string> {
      const { server, ca } = certificates;
      const { address } = await listen(echo, {
        tls: {
          cert: Buffer.from(server.cert),
          key: Buffer.from(server.key),
          clientCa: mutual ? Buffer.from(ca) : undefined,
        },
      });
      return address.replace('127.0.0.1', 'localhost');
    }

    test('serves a certificate that the caller can verify', async () => {
      const made = client(await listenTls(false), { ca: certificates.ca });
      expect(await call(made, ECHO, Buffer.from('hi'))).toEqual(Buffer.from('hi'));
    });

    test('a caller with a certificate of the authority is accepted', async () => {
      const pair = certificates.workloads.get('checkout');
      const made = client(await listenTls(true), { ca: certificates.ca, ...pair });
      expect(await call(made, ECHO, Buffer.from('hi'))).toEqual(Buffer.from('hi'));
    });

    test.each<[string, () => ClientTls]>([
      ['without a certificate', () => ({ ca: certificates.ca })],
      [
        'with a certificate of another authority',
        () => ({ ca: certificates.ca, ...strangers.workloads.get('checkout') }),
      ],
    ])('a caller %s is rejected', async (_, tls) => {
      const made = client(await listenTls(true), tls());
      await expect(call(made, ECHO, Buffer.from('hi'))).rejects.toMatchObject({ code: status.UNAVAILABLE });
    });
  });

  describe('drain', () => {
    test('lets calls in flight finish and takes no new ones', async () => {
      const arrived = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      const listener = await listen({
        [ECHO]: {
          unary: async (request) => {
            arrived.resolve();
            await release.promise;
            return request;
          },
        },
      });
      const under = call(client(listener.address), ECHO, Buffer.from('hi'));
      await arrived.promise;
      const drained = listener.drain(60_000);
      await expect(call(client(listener.address), ECHO, Buffer.alloc(0))).rejects.toMatchObject({
        code: status.UNAVAILABLE,
      });
      release.resolve();
      expect(await under).toEqual(Buffer.from('hi'));
      await drained;
    });

    test('ends calls that do not finish in time', async () => {
      const arrived = Promise.withResolvers<void>();
      const listener = await listen({
        [ECHO]: {
          unary: () => {
            arrived.resolve();
            return new Promise(() => undefined);
          },
        },
      });
      const under = call(client(listener.address), ECHO, Buffer.from('hi'));
      await arrived.promise;
      await Promise.all([expect(under).rejects.toBeDefined(), listener.drain(10)]);
    });
  });
});

function listenOn(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

/** Leaves a socket file, as a killed process does. Node removes the file of a server that it closes, so it is moved before. */
async function leaveSocket(path: string): Promise<void> {
  const server = await listenOn(`${path}.before`);
  await rename(`${path}.before`, path);
  server.close();
  await once(server, 'close');
}
