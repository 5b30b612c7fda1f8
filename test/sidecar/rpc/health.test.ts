import { once } from 'node:events';
import type { Client } from '@grpc/grpc-js';
import { codec, loadProto } from '../../../src/node/protobuf.ts';
import { createHealth, type Health } from '../../../src/sidecar/rpc/health.ts';
import { healthResponse, serviceOf } from '../../../src/sidecar/rpc/health-messages.ts';
import type { Listener } from '../../../src/sidecar/transport/transport.ts';
import { call, connectTo, talk } from '../../support/grpc.ts';
import { QUIET_LISTENER } from '../../support/quiet-listener.ts';
import { seeded } from '../../support/seeded.ts';
import { TRANSPORTS } from '../../support/transports.ts';

const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const SERVICE = 'envoy.service.auth.v3.Authorization';
const [SERVING, NOT_SERVING, SERVICE_UNKNOWN] = [1, 2, 3];

const definition = loadProto('grpc/health/v1/health.proto');
const request = codec<{ service?: string }>(definition, 'grpc.health.v1.HealthCheckRequest');
const response = codec<{ status?: number }>(definition, 'grpc.health.v1.HealthCheckResponse');

let health: Health;
let listener: Listener;
let client: Client;

async function check(service: string): Promise<number | undefined> {
  return response.decode(await call(client, CHECK, request.encode({ service }))).status;
}

test('a request is read as the library reads it, or both refuse it', () => {
  const random = seeded(11);
  const base = request.encode({ service: SERVICE });
  const counts = { read: 0, refused: 0 };
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from(base.subarray(0, Math.floor(random() * (base.length + 1))));
    const at = Math.floor(random() * 4);
    if (bytes[at] !== undefined && random() < 0.9) bytes[at] = Math.floor(random() * 256);
    const own = attempt(() => serviceOf(bytes));
    // What some readers take and others do not is refused here, as in a check.
    if (own === undefined) counts.refused += 1;
    else expect({ bytes, own: attempt(() => request.decode(bytes).service ?? '') }).toEqual({ bytes, own });
    if (own !== undefined) counts.read += 1;
  }
  expect(counts.read).toBeGreaterThan(500);
  expect(counts.refused).toBeGreaterThan(1000);
});

test('a response is written as the library reads it', () => {
  for (const status of [SERVING, NOT_SERVING, SERVICE_UNKNOWN]) {
    expect(response.decode(healthResponse(status))).toEqual({ status });
  }
});

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

describe.each(TRANSPORTS)('health by %s', (_, create) => {
  beforeEach(async () => {
    health = createHealth();
    listener = await create().listen(
      { address: '127.0.0.1:0', tls: undefined, ...QUIET_LISTENER, maxMessageBytes: 4096 },
      health.methods,
    );
    client = connectTo(listener.address);
  });

  afterEach(async () => {
    client.close();
    await listener.drain(0);
  });

  test.each(['', SERVICE])('of `%s` is the status that was set', async (service) => {
    expect(await check(service)).toBe(NOT_SERVING);
    health.setServing(true);
    expect(await check(service)).toBe(SERVING);
    health.setServing(false);
    expect(await check(service)).toBe(NOT_SERVING);
  });

  test('of an unknown service is not found', async () => {
    await expect(check('acme.Orders')).rejects.toMatchObject({ code: 5, details: 'unknown service' });
  });

  test('a message that cannot be read is an invalid argument', async () => {
    await expect(call(client, CHECK, Buffer.from([0x0a, 0xff]))).rejects.toMatchObject({ code: 3 });
  });

  test('a watcher sees the status, its changes, and the end of the listener', async () => {
    const stream = talk(client, WATCH);
    const seen: (number | undefined)[] = [];
    stream.on('data', (bytes: Buffer) => seen.push(response.decode(bytes).status));
    const ended = once(stream, 'end');
    stream.write(Buffer.from(request.encode({ service: SERVICE })));
    stream.end();
    await once(stream, 'data');
    health.setServing(true);
    health.setServing(true);
    await once(stream, 'data');
    health.setServing(false);
    await listener.drain(60_000);
    await ended;
    expect(seen).toEqual([NOT_SERVING, SERVING, NOT_SERVING]);
  });

  test('a watcher of an unknown service gets SERVICE_UNKNOWN and stays connected', async () => {
    const stream = talk(client, WATCH);
    stream.write(Buffer.from(request.encode({ service: 'acme.Orders' })));
    stream.end();
    const [bytes] = (await once(stream, 'data')) as [Buffer];
    expect(response.decode(bytes).status).toBe(SERVICE_UNKNOWN);
    const ended = once(stream, 'end');
    await listener.drain(60_000);
    await ended;
  });

  test('a stream that ends without a message is an invalid argument', async () => {
    const stream = talk(client, WATCH);
    stream.on('data', () => undefined);
    const failed = new Promise((resolve) => {
      stream.once('error', resolve);
    });
    stream.end();
    expect(await failed).toMatchObject({ code: 3 });
  });
});
