import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import type { EndCause } from '../../../../src/sidecar/socket/connections.ts';
import { BOUNDS, type Bounds } from '../../../../src/sidecar/transport/http2/bounds.ts';
import { Connection } from '../../../../src/sidecar/transport/http2/connection.ts';
import type { ConnectionHost } from '../../../../src/sidecar/transport/http2/connection-state.ts';
import { HeldMemory } from '../../../../src/sidecar/transport/http2/held-memory.ts';
import { Turns } from '../../../../src/sidecar/transport/http2/turns.ts';
import { createNativeTransport } from '../../../../src/sidecar/transport/native/native.ts';
import { ROUTE_FIELDS, routeBy } from '../../../../src/sidecar/transport/native/routes.ts';
import { Service } from '../../../../src/sidecar/transport/native/service.ts';
import type { Listener, ListenOptions, Methods } from '../../../../src/sidecar/transport/transport.ts';
import { block, indexed, kept } from '../../../support/hpack-literals.ts';
import {
  data,
  FLAG,
  type Frame,
  goAway,
  headers,
  message,
  PREFACE,
  ping,
  readFrames,
  reset,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from '../../../support/http2-frames.ts';
import { codeOf, Http2Peer } from '../../../support/http2-peer.ts';
import { QUIET_LISTENER } from '../../../support/quiet-listener.ts';

const FIELDS = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/test.Echo/Echo'],
  [':authority', 'lictor'],
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
] as const;
const BLOCK = block(FIELDS);
const ECHO: Methods = { '/test.Echo/Echo': { unary: (request) => request } };

let stack: AsyncDisposableStack;

beforeEach(() => {
  stack = new AsyncDisposableStack();
});

afterEach(() => stack.disposeAsync());

interface Served {
  readonly listener: Listener;
  readonly ended: readonly EndCause[];
}

async function listen(
  methods: Methods,
  options: Partial<ListenOptions> = {},
  bounds: Partial<Bounds> = {},
): Promise<Served> {
  const ended: EndCause[] = [];
  const listener = await createNativeTransport({ ...BOUNDS, ...bounds }).listen(
    {
      address: '127.0.0.1:0',
      tls: undefined,
      ...QUIET_LISTENER,
      observer: { ...QUIET_LISTENER.observer, ended: (_, cause) => void ended.push(cause) },
      maxMessageBytes: 1 << 20,
      ...options,
    },
    methods,
  );
  stack.defer(() => listener.drain(0));
  return { listener, ended };
}

async function greet({ listener }: Served): Promise<Http2Peer> {
  const peer = await Http2Peer.greet({ address: listener.address });
  stack.defer(() => peer.destroy());
  return peer;
}

const call = (stream: number, text = 'hi'): Buffer =>
  Buffer.concat([headers(stream, BLOCK, { end: false }), data(stream, message(text))]);

const isEndOf =
  (stream: number) =>
  (frame: Frame): boolean =>
    frame.stream === stream && (frame.type === TYPE.reset || (frame.flags & FLAG.endStream) !== 0);

/** Status of gRPC of a call that has ended. */
async function statusOf(peer: Http2Peer, stream: number): Promise<string | undefined> {
  const end = await peer.arrival(`the end of stream ${String(stream)}`, isEndOf(stream));
  return peer.fields(end).get('grpc-status');
}

const isGoAway = ({ type }: Frame): boolean => type === TYPE.goAway;

describe('reads and writes', () => {
  /** A connection over a stream in memory, with what it has written, and a function that delivers bytes. */
  function inMemory(
    methods: Methods,
    turn = 60_000,
    parts: Partial<ConnectionHost> = {},
  ): {
    readonly written: Buffer[];
    readonly deliver: (bytes: Buffer) => void;
  } {
    const written: Buffer[] = [];
    const socket = new Duplex({
      read() {},
      write(bytes: Buffer, _, done) {
        written.push(Buffer.from(bytes));
        done();
      },
    });
    const host: ConnectionHost = {
      ...QUIET_LISTENER.times,
      bounds: BOUNDS,
      memory: new HeldMemory(BOUNDS.heldBytes),
      turns: new Turns({ turn, allTurns: 60_000 }),
      unsent: { bytes: 0 },
      routeFields: ROUTE_FIELDS,
      route: routeBy(methods, new Service(BOUNDS, 1 << 20)),
      ended() {},
      ...parts,
    };
    const connection = new Connection(socket, host);
    stack.defer(() => connection.destroy());
    const deliver = (bytes: Buffer): void => void socket.emit('data', bytes);
    deliver(Buffer.concat([PREFACE, settings()]));
    written.length = 0;
    return { written, deliver };
  }

  const calls = Buffer.concat(Array.from({ length: 40 }, (_, at) => call(2 * at + 1, `call ${String(at)}`)));
  const textsOf = (written: readonly Buffer[]): string[] =>
    readFrames(Buffer.concat(written))
      .frames.filter(({ type }) => type === TYPE.data)
      .map(({ payload }) => payload.toString('latin1', 5));
  const TEXTS = Array.from({ length: 40 }, (_, at) => `call ${String(at)}`);

  test('all calls of one read are answered by one write', () => {
    const { written, deliver } = inMemory(ECHO);
    deliver(calls);
    expect([written.length, textsOf(written)]).toEqual([1, TEXTS]);
  });

  test('and by one write if their answers come later, but together', async () => {
    const { written, deliver } = inMemory({ '/test.Echo/Echo': { unary: async (request) => request } });
    deliver(calls);
    expect(written).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect([written.length, textsOf(written)]).toEqual([1, TEXTS]);
  });

  test.each([1, 7, 9, 100, 1000])('in reads of %i bytes every call is answered', (size) => {
    const { written, deliver } = inMemory(ECHO);
    for (let at = 0; at < calls.length; at += size) deliver(calls.subarray(at, at + size));
    expect(textsOf(written)).toEqual(TEXTS);
  });

  test('a connection with much to do pauses after its turn, and loses nothing', async () => {
    const { written, deliver } = inMemory(ECHO, 0);
    deliver(calls);
    const before = textsOf(written).length;
    deliver(call(81, 'the last'));
    expect(before).toBeLessThan(TEXTS.length);
    expect(textsOf(written)).toHaveLength(before);
    while (textsOf(written).length <= TEXTS.length) await new Promise((resolve) => setImmediate(resolve));
    expect(textsOf(written)).toEqual([...TEXTS, 'the last']);
  });

  test('a fault of this program ends the connection, and only the log says which', () => {
    const details: string[] = [];
    const { written, deliver } = inMemory(ECHO, 60_000, {
      route() {
        throw new Error('an internal matter');
      },
      ended: (_, detail) => void details.push(detail),
    });
    deliver(call(1));
    const { frames } = readFrames(Buffer.concat(written));
    const last = frames.find(isGoAway);
    expect([last && codeOf(last), last?.payload.toString('latin1', 8)]).toEqual([
      'INTERNAL_ERROR',
      'the connection failed',
    ]);
    expect(details).toEqual([expect.stringContaining('an internal matter')]);
  });

  test('a message is not changed by what is read later', () => {
    const kept: Uint8Array[] = [];
    const { deliver } = inMemory({
      '/test.Echo/Echo': { unary: (request) => kept[kept.push(request) - 1] ?? request },
    });
    for (let at = 0; at < calls.length; at += 50) deliver(Buffer.from(calls.subarray(at, at + 50)));
    expect(kept.map(String)).toEqual(TEXTS.map((text) => String(Buffer.from(text))));
  });
});

describe('header blocks', () => {
  test('a block of indexes means what the table says, also when the table has changed', async () => {
    const seen: (string | undefined)[] = [];
    const peer = await greet(
      await listen({
        '/test.Echo/Echo': {
          unary: (request, made) => {
            seen.push(made.metadata('x-a'));
            return request;
          },
        },
      }),
    );
    const fields = Buffer.concat(FIELDS.map(([name, value]) => kept(name, value)));
    const indexes = Buffer.concat([67, 66, 65, 64, 63, 62].map((index) => indexed(index)));
    const shifted = Buffer.concat([68, 67, 66, 65, 64, 63, 62].map((index) => indexed(index)));
    const blocks = [
      fields,
      indexes,
      indexes,
      Buffer.concat([indexes, kept('x-a', 'one')]),
      shifted,
      shifted,
      Buffer.concat([shifted.subarray(0, 6), kept('x-a', 'two')]),
    ];
    for (const [at, each] of blocks.entries()) {
      peer.send(headers(2 * at + 1, each, { end: false }), data(2 * at + 1, message('')));
    }
    expect(await statusOf(peer, 2 * blocks.length - 1)).toBe('0');
    expect(seen).toEqual([undefined, undefined, undefined, 'one', 'one', 'one', 'two']);
  });

  test('a peer that shrinks the table gets a size update once', async () => {
    const peer = await greet(await listen(ECHO));
    peer.send(settings([SETTING.headerTableSize, 0]), call(1), call(3));
    await statusOf(peer, 3);
    const blocks = peer.frames.filter(({ type }) => type === TYPE.headers).map(({ payload }) => payload[0]);
    expect(blocks).toEqual([0x20, 0, 0x88, 0]);
  });

  test('a list that is too large is refused with 431, and the connection goes on', async () => {
    const peer = await greet(await listen(ECHO, {}, { headerListBytes: 1000 }));
    const large = block([...FIELDS, ['x-a', 'x'.repeat(1000)]]);
    peer.send(headers(1, large, { end: false }), data(1, message('hi')), call(3));
    const answer = await peer.arrival('the refusal', isEndOf(1));
    expect(Object.fromEntries(peer.fields(answer))).toMatchObject({ ':status': '431', 'grpc-status': '8' });
    expect(await statusOf(peer, 3)).toBe('0');
  });
});

describe('windows', () => {
  test('an answer waits for the window of its stream, in pieces as it opens', async () => {
    const peer = await greet(await listen(ECHO));
    peer.send(settings([SETTING.initialWindowSize, 0]), call(1, 'abcdef'));
    await peer.roundTrip();
    const texts = (): string =>
      Buffer.concat(peer.frames.filter(({ type }) => type === TYPE.data).map(({ payload }) => payload))
        .toString('latin1')
        .slice(5);
    expect(texts()).toBe('');
    peer.send(windowUpdate(1, 7));
    await peer.roundTrip();
    expect(texts()).toBe('ab');
    peer.send(settings([SETTING.initialWindowSize, 2]));
    await peer.roundTrip();
    expect(texts()).toBe('abcd');
    peer.send(windowUpdate(1, 100));
    expect(await statusOf(peer, 1)).toBe('0');
    expect(texts()).toBe('abcdef');
  });

  test('an answer for which no window opens is given up', async () => {
    const served = await listen(ECHO, {}, { unsentTime: 1 });
    const peer = await greet(served);
    peer.send(settings([SETTING.initialWindowSize, 0]), call(1));
    expect(codeOf(await peer.arrival('the end of the stream', isEndOf(1)))).toBe('CANCEL');
  });

  test('a large message is received, and the window opened for it', async () => {
    const peer = await greet(await listen(ECHO));
    const bytes = message(Buffer.alloc(1 << 20, 'x'));
    let sent = 0;
    let allowed = BOUNDS.streamWindow;
    peer.send(headers(1, BLOCK, { end: false }), windowUpdate(0, 1 << 21), windowUpdate(1, 1 << 21));
    while (sent < bytes.length) {
      const count = Math.min(16_384, bytes.length - sent);
      if (sent + count > allowed) {
        await peer.until('a wider window', () => {
          const updates = peer.frames.filter(
            ({ type, stream }) => type === TYPE.windowUpdate && stream === 1,
          );
          allowed =
            BOUNDS.streamWindow + updates.reduce((sum, { payload }) => sum + payload.readUInt32BE(), 0);
          return sent + count <= allowed;
        });
      }
      peer.send(data(1, bytes.subarray(sent, sent + count), sent + count === bytes.length));
      sent += count;
    }
    expect(await statusOf(peer, 1)).toBe('0');
    const received = peer.frames.filter(({ type }) => type === TYPE.data).map(({ payload }) => payload);
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  });
});

describe('the end of a connection', () => {
  /** A method that answers when it is told, and tells when it is called. */
  function held(): {
    readonly methods: Methods;
    readonly arrived: Promise<void>;
    readonly release: () => void;
  } {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const unary = async (request: Uint8Array): Promise<Uint8Array> => {
      arrived.resolve();
      await released.promise;
      return request;
    };
    return { methods: { '/test.Echo/Echo': { unary } }, arrived: arrived.promise, release: released.resolve };
  }

  test('a drain has two steps: calls that were sent before the peer knew are answered', async () => {
    const { methods, arrived, release } = held();
    const { listener } = await listen(methods);
    const peer = await greet({ listener, ended: [] });
    peer.send(call(1));
    await arrived;
    const drained = listener.drain(60_000);
    const first = await peer.arrival('the first GOAWAY', isGoAway);
    expect([first.payload.readUInt32BE(0), codeOf(first)]).toEqual([0x7fffffff, 'NO_ERROR']);
    const asked = await peer.arrival('a PING', ({ type, flags }) => type === TYPE.ping && flags === 0);
    peer.send(call(3), ping(asked.payload.toString('latin1'), FLAG.ack), call(5));
    await peer.until('the second GOAWAY', () => peer.frames.filter(isGoAway).length === 2);
    expect(peer.frames.findLast(isGoAway)?.payload.readUInt32BE(0)).toBe(3);
    release();
    expect([await statusOf(peer, 1), await statusOf(peer, 3)]).toEqual(['0', '0']);
    await peer.closed();
    await drained;
    expect(peer.frames.filter(({ stream }) => stream === 5)).toEqual([]);
  });

  test('a peer that does not answer the PING of a drain does not delay it for long', async () => {
    const { listener } = await listen(ECHO);
    const peer = await greet({ listener, ended: [] });
    const drained = listener.drain(60_000);
    await peer.closed();
    await drained;
    expect(peer.frames.filter(isGoAway)).toHaveLength(2);
  });

  test.each(['maxAge', 'maxIdle'] as const)('%s ends it as a drain does', async (name) => {
    const served = await listen(ECHO, { times: { ...QUIET_LISTENER.times, [name]: 1 } });
    const peer = await greet(served);
    const first = await peer.arrival('the first GOAWAY', isGoAway);
    expect([first.payload.readUInt32BE(0), codeOf(first)]).toEqual([0x7fffffff, 'NO_ERROR']);
    await peer.closed();
    expect(served.ended).toEqual([]);
  });

  test('it is not idle while a call is open', async () => {
    const { methods, arrived, release } = held();
    const served = await listen(methods, { times: { ...QUIET_LISTENER.times, maxIdle: 1, keepalive: 1 } });
    const peer = await greet(served);
    peer.send(call(1));
    await arrived;
    // Two rounds of looking at the connections, which send a PING each.
    const pings = (): number =>
      peer.frames.filter(({ type, flags }) => type === TYPE.ping && flags === 0).length;
    for (const count of [1, 2]) {
      await peer.until('a PING', () => pings() >= count);
      peer.send(ping('keepaliv', FLAG.ack));
    }
    expect(peer.frames.filter(isGoAway)).toEqual([]);
    release();
    expect(await statusOf(peer, 1)).toBe('0');
    await peer.arrival('GOAWAY', isGoAway);
  });

  test('a peer that gives no sign of life is gone', async () => {
    const served = await listen(ECHO, { times: { ...QUIET_LISTENER.times, keepalive: 1 } }, { pingTime: 1 });
    const peer = await greet(served);
    await peer.closed();
    expect(served.ended).toEqual(['silent']);
    expect(peer.frames.at(-1)?.type).toBe(TYPE.ping);
  });

  test('a peer that does not greet is gone', async () => {
    const served = await listen(ECHO, {}, { greetingTime: 1 });
    const peer = await Http2Peer.connect({ address: served.listener.address });
    peer.send(PREFACE);
    await peer.closed();
    expect(served.ended).toEqual(['silent']);
  });

  test('GOAWAY of a client does not end it', async () => {
    const peer = await greet(await listen(ECHO));
    peer.send(goAway(0, 0), call(1));
    expect(await statusOf(peer, 1)).toBe('0');
  });

  test('a client of HTTP/1.1 gets an answer in its language', async () => {
    const { listener } = await listen(ECHO);
    const socket = connect(Number(listener.address.split(':')[1]), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    let text = '';
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 505 .*\r\n\r\nthis address serves gRPC over HTTP\/2\n$/s);
  });
});

describe('bounds', () => {
  test('a proxy that cancels all of its calls at once, again and again, is not cut off', async () => {
    const waiting: (() => void)[] = [];
    const unary = (request: Uint8Array): Promise<Uint8Array> =>
      new Promise((resolve) => {
        waiting.push(() => resolve(request));
      });
    const peer = await greet(await listen({ '/test.Echo/Echo': { unary } }));
    const burst = 1000;
    let stream = 1;
    for (let round = 0; round < 4; round += 1) {
      const ids = Array.from({ length: burst }, (_, at) => stream + 2 * at);
      stream += 2 * burst;
      peer.send(...ids.map((id) => call(id)));
      await peer.roundTrip();
      peer.send(...ids.map((id) => reset(id)));
      await peer.roundTrip();
      for (const answer of waiting.splice(0)) answer();
    }
    peer.send(call(stream));
    await peer.roundTrip();
    for (const answer of waiting.splice(0)) answer();
    expect(await statusOf(peer, stream)).toBe('0');
  });

  test('calls at work count as open although they were cancelled', async () => {
    let atWork = 0;
    const unary = (): Promise<Uint8Array> => {
      atWork += 1;
      return new Promise(() => undefined);
    };
    const peer = await greet(await listen({ '/test.Echo/Echo': { unary } }, {}, { streams: 10 }));
    for (let at = 0; at < 40; at += 1) peer.send(call(2 * at + 1), reset(2 * at + 1));
    await peer.roundTrip();
    expect(atWork).toBe(10);
    const refused = peer.frames.filter(({ type }) => type === TYPE.reset);
    expect(refused.map(codeOf)).toEqual(Array.from({ length: 30 }, () => 'REFUSED_STREAM'));
  });

  test('streams that end without an answer are counted, and end the connection', async () => {
    const served = await listen(ECHO, {}, { resets: 20, resetsPerSecond: 0 });
    const peer = await greet(served);
    for (let at = 0; at < 40; at += 1) {
      peer.send(headers(2 * at + 1, BLOCK, { end: false }), reset(2 * at + 1));
    }
    expect(codeOf(await peer.arrival('GOAWAY', isGoAway))).toBe('ENHANCE_YOUR_CALM');
    expect(served.ended).toEqual(['flood']);
  });

  test('of unfinished messages the largest is refused, and small calls go on', async () => {
    const served = await listen(ECHO, {}, { connectionHeldBytes: 100_000, heldBytes: 1e9 });
    const peer = await greet(served);
    const begin = (stream: number, bytes: number): Buffer =>
      Buffer.concat([
        headers(stream, BLOCK, { end: false }),
        data(stream, message(Buffer.alloc(bytes)).subarray(0, -1), false),
      ]);
    peer.send(begin(1, 16_000), begin(3, 16_300), data(3, Buffer.alloc(1), false));
    peer.send(
      begin(5, 16_000),
      begin(7, 16_000),
      begin(9, 16_000),
      begin(11, 16_000),
      begin(13, 16_000),
      call(15),
    );
    expect(await statusOf(peer, 15)).toBe('0');
    const refused = peer.frames.filter(
      ({ type, flags }) => type === TYPE.headers && (flags & FLAG.endStream) !== 0,
    );
    expect(refused.map((frame) => [frame.stream, peer.fields(frame).get('grpc-status')])).toEqual([
      [3, '8'],
      [1, '8'],
      [15, '0'],
    ]);
  });
});
