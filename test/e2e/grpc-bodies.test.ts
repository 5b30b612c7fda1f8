import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  type Client,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { joinFrames } from '../../src/engine/grpc/frames.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';
import { connectTo } from '../support/grpc.ts';
import { callHttp2 } from '../support/raw-call.ts';
import { type Mesh, startMesh } from './mesh.ts';

/** The buffer of Envoy in these tests. */
const LIMIT = 4000;
const SET = 'policies/stock/stock.binpb';
const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: stock}
spec:
  match: [{hosts: [stock.acme.svc], paths: ["/acme.stock.v1.Stock/*"]}]
  rules:
    - allow: reserve
      match: [POST /acme.stock.v1.Stock/Reserve]
      from: ["spiffe://acme.example/ns/shop/sa/checkout"]
      when: request.body.speed != acme.stock.v1.Speed.SPEED_EXPRESS
    - allow: receive
      match: [POST /acme.stock.v1.Stock/Receive]
      from: ["spiffe://acme.example/ns/shop/sa/checkout"]
      when: request.body.all(delivery, delivery.line.copies <= 20)
  schemas: [{protobuf: stock.binpb}]
  limits:
    - {name: few, key: [caller.principal], rate: 1/h, headers: always, when: "'x-limited' in request.headers"}
`;

const { OK, INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED } = status;
const RESERVE = '/acme.stock.v1.Stock/Reserve';
const RECEIVE = '/acme.stock.v1.Stock/Receive';
const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(SET)));

function encoded(name: string, json: JsonValue): Buffer {
  const type = files.getMessage(`acme.stock.v1.${name}`);
  if (type === undefined) throw new Error(`no message ${name}`);
  return Buffer.from(toBinary(type, fromJson(type, json)));
}

const plain = (message: Buffer): Buffer => message;
const method = (path: string, requestStream: boolean) => ({
  path,
  requestStream,
  responseStream: false,
  requestSerialize: plain,
  requestDeserialize: plain,
  responseSerialize: plain,
  responseDeserialize: plain,
});
const STOCK = {
  reserve: method(RESERVE, false),
  receive: method(RECEIVE, true),
} satisfies ServiceDefinition;

const stack = new AsyncDisposableStack();
let mesh: Mesh;
let envoys: Readonly<Record<'whole' | 'partial' | 'text', Envoy>>;
/** Messages that the service has got. */
let served: Buffer[] = [];

beforeAll(async () => {
  const port = await startService();
  mesh = await startMesh({
    policies: async (folder) => {
      await writeFile(join(folder, 'policies.yaml'), POLICY);
      await copyFile(SET, join(folder, 'stock.binpb'));
    },
    lictor: { args: ['--max-request-bytes', String(LIMIT)] },
  });
  stack.defer(mesh.stop);
  const start = async (name: string, partialBodies: boolean, packAsBytes: boolean): Promise<Envoy> => {
    const envoy = await startEnvoy({
      folder: join(mesh.folder, name),
      certificates: mesh.certificates,
      upstreamPort: port,
      authz: mesh.lictor().listen,
      maxBodyBytes: LIMIT,
      partialBodies,
      packAsBytes,
      adjust: withBodiesOfCalls,
    });
    stack.defer(envoy.stop);
    return envoy;
  };
  envoys = {
    whole: await start('whole', false, true),
    partial: await start('partial', true, true),
    text: await start('text', false, false),
  };
}, 60_000);

afterAll(() => stack.disposeAsync());

beforeEach(() => {
  served = [];
});

/** A service that answers each call with an empty message. */
async function startService(): Promise<number> {
  const server = new Server();
  server.addService(STOCK, {
    reserve: (call: { request: Buffer }, done: (error: null, answer: Buffer) => void) => {
      served.push(call.request);
      done(null, Buffer.alloc(0));
    },
    receive: (call: NodeJS.ReadableStream, done: (error: null, answer: Buffer) => void) => {
      call.on('data', (message: Buffer) => served.push(message));
      call.on('end', () => done(null, Buffer.alloc(0)));
    },
  });
  stack.defer(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

/** The sample with the bodies of gRPC calls: its first route is that of gRPC. */
function withBodiesOfCalls(configuration: unknown): unknown {
  let found = 0;
  const changed: unknown = JSON.parse(JSON.stringify(configuration), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('match' in value)) return value;
    if (!('grpc' in (value.match as object))) return value;
    found += 1;
    return { ...value, typed_per_filter_config: undefined };
  });
  if (found !== 1) throw new Error('deploy/envoy.yaml has no route for gRPC');
  return changed;
}

function clientOf({ port, certificates }: Envoy): Client {
  const { ca } = certificates;
  const own = certificates.workloads.get('checkout');
  if (own === undefined) throw new Error('no workload checkout');
  const client = connectTo(`127.0.0.1:${port}`, { ca, ...own, authority: 'stock.acme.svc' });
  stack.defer(() => client.close());
  return client;
}

interface Result {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata | undefined;
}

/** Sends a unary call, or a stream of messages, and tells the status that the client sees. */
function call(
  envoy: Envoy,
  path: string,
  messages: readonly Buffer[],
  metadata = new Metadata(),
): Promise<Result> {
  const client = clientOf(envoy);
  const options = { deadline: Date.now() + 10_000 };
  return new Promise((resolve) => {
    const done = (error: ServiceError | null): void => {
      const { code, details, metadata: answer } = error ?? { code: OK, details: '', metadata: undefined };
      resolve({ code, details, metadata: answer });
    };
    const [message] = messages;
    if (path === RESERVE && message !== undefined) {
      client.makeUnaryRequest(path, plain, plain, message, metadata, options, done);
      return;
    }
    const stream = client.makeClientStreamRequest(path, plain, plain, metadata, options, done);
    for (const each of messages) stream.write(each);
    stream.end();
  });
}

const LINE = { book: '9780262046305', copies: 1 };
const ORDER = encoded('ReserveRequest', { orderId: '42', lines: [LINE] });
const delivery = (copies: number): Buffer =>
  encoded('Delivery', { supplier: 'acme', line: { ...LINE, copies } });

describe('a unary call', () => {
  test('that fits reaches the service as it was sent', async () => {
    expect(await call(envoys.whole, RESERVE, [ORDER])).toMatchObject({ code: OK });
    expect(served).toEqual([ORDER]);
  });

  test.each<[string, Buffer, number, string]>([
    [
      'that breaks a rule of the descriptor set',
      encoded('ReserveRequest', { orderId: 'secret', lines: [LINE] }),
      INVALID_ARGUMENT,
      '`order_id`: does not match regex pattern `^[0-9]{1,12}$`',
    ],
    [
      'with a field that the message does not have',
      Buffer.concat([ORDER, Buffer.from([0x98, 0x06, 1])]),
      INVALID_ARGUMENT,
      'the message has the field 99, which `acme.stock.v1.ReserveRequest` does not have',
    ],
    ['that is not a message', Buffer.from([0x0a, 9]), INVALID_ARGUMENT, 'the message ends within a value'],
    [
      'that no rule allows by its message',
      encoded('ReserveRequest', { orderId: '42', lines: [LINE], speed: 'SPEED_EXPRESS' }),
      PERMISSION_DENIED,
      '',
    ],
  ])('%s is refused, and the client sees why', async (_, message, code, details) => {
    const result = await call(envoys.whole, RESERVE, [message]);
    expect(result.code).toBe(code);
    expect(result.details).toContain(details);
    expect(served).toEqual([]);
  });

  test('that is compressed is refused', async () => {
    const client = connectTo(`127.0.0.1:${envoys.whole.port}`, {
      ca: mesh.certificates.ca,
      ...mesh.certificates.workloads.get('checkout'),
      authority: 'stock.acme.svc',
      compresses: true,
    });
    stack.defer(() => client.close());
    const result = await new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest(RESERVE, plain, plain, ORDER, { deadline: Date.now() + 10_000 }, resolve);
    });
    expect(result).toMatchObject({ code: INVALID_ARGUMENT });
    expect(result?.details).toContain('message 1 is compressed');
    expect(served).toEqual([]);
  });

  test('in a text body is refused or read, never misread', async () => {
    const result = await call(envoys.text, RESERVE, [
      Buffer.concat([ORDER, Buffer.from([0x98, 0x06, 0xff, 1])]),
    ]);
    expect(result.code).toBe(INVALID_ARGUMENT);
    expect(served).toEqual([]);
  });

  test.each(['whole', 'partial'] as const)('longer than the buffer is refused (%s)', async (layout) => {
    const message = encoded('ReserveRequest', { orderId: '4'.repeat(LIMIT * 4) });
    const { code } = await call(envoys[layout], RESERVE, [message]);
    expect(code).not.toBe(OK);
    expect(served).toEqual([]);
  });

  test('over a limit is answered with the fields that tell when to try again', async () => {
    const limited = new Metadata();
    limited.set('x-limited', 'yes');
    expect(await call(envoys.whole, RESERVE, [ORDER], limited)).toMatchObject({ code: OK });
    const { code, metadata } = await call(envoys.whole, RESERVE, [ORDER], limited);
    expect(code).toBe(RESOURCE_EXHAUSTED);
    expect(Number(metadata?.get('retry-after')[0])).toBeGreaterThan(0);
    expect(metadata?.get('ratelimit')[0]).toMatch(/"few";r=0;t=\d+/);
    expect(metadata?.get('ratelimit-policy')[0]).toMatch(/"few";q=1/);
  });
});

describe('a message that the service would read in another way', () => {
  const send = async (method: string, type: string, body: Uint8Array): Promise<void> => {
    const headers = [`content-type: ${type}`, 'te: trailers'];
    const asked = { workload: 'checkout', host: 'stock.acme.svc', method, path: RESERVE, headers };
    await callHttp2(envoys.whole, { ...asked, body: [body], ends: true }).catch(() => undefined);
  };

  test('is not sent: a field twice', async () => {
    const twice = Buffer.concat([encoded('ReserveRequest', { orderId: '41' }), ORDER]);
    expect((await call(envoys.whole, RESERVE, [twice])).details).toContain('`order_id` more than once');
    expect(served).toEqual([]);
  });

  test('is not sent: JSON to a service that reads binary messages whatever the type says', async () => {
    const lines = ['{"orderId":"42",', '"lines":[{"book":"9780262046305"', ',"copies":1}]}'];
    // In binary, LF and a space begin field 1 with the 32 bytes after it.
    const text = Buffer.from(lines.map((each) => `\n ${each.padEnd(32)}`).join(''));
    await send('POST', 'application/grpc+json', joinFrames([text]));
    expect(served).toEqual([]);
    await send('POST', 'application/grpc+proto', joinFrames([ORDER]));
    expect(served).toEqual([ORDER]);
  });

  test('is not sent: a GET with a body', async () => {
    await send('GET', 'application/grpc+proto', joinFrames([ORDER]));
    await send('GET', 'application/proto', ORDER);
    expect(served).toEqual([]);
  });
});

describe('a stream of messages', () => {
  test('of which all fit reaches the service', async () => {
    const sent = [delivery(1), delivery(20)];
    expect(await call(envoys.whole, RECEIVE, sent)).toMatchObject({ code: OK });
    expect(served).toEqual(sent);
  });

  test('of which one does not fit is refused', async () => {
    const result = await call(envoys.whole, RECEIVE, [
      delivery(1),
      encoded('Delivery', { supplier: 'acme' }),
    ]);
    expect(result.code).toBe(INVALID_ARGUMENT);
    expect(result.details).toContain('message 2: `line`: value is required');
    expect(served).toEqual([]);
  });

  test('of which no rule allows one is refused', async () => {
    expect(await call(envoys.whole, RECEIVE, [delivery(1), delivery(21)])).toMatchObject({
      code: PERMISSION_DENIED,
    });
  });

  test.each(['whole', 'partial'] as const)('longer than the buffer is refused (%s)', async (layout) => {
    const many = Array.from({ length: 400 }, () => delivery(1));
    expect((await call(envoys[layout], RECEIVE, many)).code).not.toBe(OK);
    expect(served).toEqual([]);
  });
});
