import { gzipSync } from 'node:zlib';
import { BOUNDS, type Bounds } from '../../../../src/sidecar/transport/http2/bounds.ts';
import { createNativeTransport } from '../../../../src/sidecar/transport/native/native.ts';
import { parseTimeout } from '../../../../src/sidecar/transport/native/timeout.ts';
import { type Call, type Methods, StatusError } from '../../../../src/sidecar/transport/transport.ts';
import { block } from '../../../support/hpack-literals.ts';
import { data, FLAG, type Frame, headers, message, reset, TYPE } from '../../../support/http2-frames.ts';
import { Http2Peer } from '../../../support/http2-peer.ts';
import { QUIET_LISTENER } from '../../../support/quiet-listener.ts';

const LIMIT = 1000;

let stack: AsyncDisposableStack;
let seen: Call[];

beforeEach(() => {
  stack = new AsyncDisposableStack();
  seen = [];
});

afterEach(() => stack.disposeAsync());

const METHODS: Methods = {
  '/test.T/Echo': { unary: (request) => request, tooLarge: (limit) => Buffer.from(`over ${String(limit)}`) },
  '/test.T/Limited': { unary: (request) => request },
  '/test.T/Never': {
    unary: (_, made) => {
      seen.push(made);
      return new Promise(() => undefined);
    },
  },
  '/test.T/Fail': {
    unary: () => {
      throw new StatusError(5, 'nothing at 100 % of ä\n');
    },
  },
  '/test.T/Sum': {
    async *stream(requests) {
      let sum = '';
      for await (const request of requests) {
        sum += String(request);
        yield Buffer.from(sum);
      }
    },
  },
};

async function connect(bounds: Partial<Bounds> = {}): Promise<Http2Peer> {
  const listener = await createNativeTransport({ ...BOUNDS, ...bounds }).listen(
    { address: '127.0.0.1:0', tls: undefined, ...QUIET_LISTENER, maxMessageBytes: LIMIT },
    METHODS,
  );
  stack.defer(() => listener.drain(0));
  const peer = await Http2Peer.greet({ address: listener.address });
  stack.defer(() => peer.destroy());
  return peer;
}

/** Head of a call of a method of `METHODS`, with other or further fields; undefined leaves one out. */
function head(method: string, fields: Readonly<Record<string, string | undefined>> = {}): Buffer {
  const all = {
    ':method': 'POST',
    ':scheme': 'http',
    ':path': `/test.T/${method}`,
    ':authority': 'lictor',
    'content-type': 'application/grpc',
    ...fields,
  };
  return block(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

interface Answer {
  /** Fields of all HEADERS. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
  /** True if the stream was reset after its end. */
  readonly wasReset: boolean;
}

/** Sends a request on stream 1, in pieces of DATA, and waits for its answer. */
async function ask(
  peer: Http2Peer,
  list: Buffer,
  pieces: readonly (Uint8Array | string)[],
  isEnded = true,
): Promise<Answer> {
  peer.send(headers(1, list, { end: isEnded && pieces.length === 0 }));
  for (const [at, piece] of pieces.entries()) peer.send(data(1, piece, isEnded && at === pieces.length - 1));
  return await answerOf(peer, 1);
}

async function answerOf(peer: Http2Peer, id: number): Promise<Answer> {
  const isEnd = ({ stream, flags, type }: Frame): boolean =>
    stream === id && (type === TYPE.data || type === TYPE.headers) && (flags & FLAG.endStream) !== 0;
  await peer.arrival('the end of the answer', isEnd);
  await peer.roundTrip();
  const frames = peer.frames.filter(({ stream }) => stream === id);
  const ofType = (wanted: number): readonly Frame[] => frames.filter(({ type }) => type === wanted);
  return {
    fields: Object.fromEntries(ofType(TYPE.headers).flatMap((frame) => [...peer.fields(frame)])),
    body: Buffer.concat(ofType(TYPE.data).map(({ payload }) => payload)).toString('latin1'),
    wasReset: ofType(TYPE.reset).length > 0,
  };
}

describe('what is not a call', () => {
  test.each([
    ['another method', { ':method': 'GET' }, '405'],
    ['no content type', { 'content-type': undefined }, '415'],
    ['another content type', { 'content-type': 'application/json' }, '415'],
    ['gRPC for browsers', { 'content-type': 'application/grpc-web' }, '415'],
    ['messages in JSON', { 'content-type': 'application/grpc+json' }, '415'],
  ])('%s is answered with a text of HTTP after the request', async (_, fields, status) => {
    const answer = await ask(await connect(), head('Echo', fields), ['x'.repeat(100), 'y']);
    expect(answer.fields).toMatchObject({ ':status': status, 'content-type': 'text/plain' });
    expect([answer.body, answer.wasReset]).toEqual([expect.stringMatching(/^gRPC calls .*\n$/), false]);
  });

  test('and if the request does not end, after a time', async () => {
    const peer = await connect({ requestTime: 1 });
    const answer = await ask(peer, head('Echo', { ':method': 'GET' }), ['x'], false);
    expect([answer.fields[':status'], answer.wasReset]).toEqual(['405', true]);
  });
});

describe('calls', () => {
  test.each(['application/grpc', 'application/grpc+proto', 'application/grpc; a=b', 'Application/GRPC'])(
    'have the content type %s',
    async (type) => {
      const answer = await ask(await connect(), head('Echo', { 'content-type': type }), [message('hi')]);
      expect(answer).toEqual({
        fields: { ':status': '200', 'content-type': 'application/grpc', 'grpc-status': '0' },
        body: message('hi').toString('latin1'),
        wasReset: false,
      });
    },
  );

  test.each<[string, Uint8Array[]]>([
    ['bytes', [...message('hello')].map((byte) => Uint8Array.of(byte))],
    ['a prefix and a message', [message('hello').subarray(0, 5), message('hello').subarray(5)]],
    ['a message and an empty end', [message('hello'), new Uint8Array()]],
    ['an empty begin and a message', [new Uint8Array(), message('hello')]],
  ])('may send %s', async (_, pieces) => {
    const answer = await ask(await connect(), head('Echo'), pieces);
    expect([answer.fields['grpc-status'], answer.body.slice(5)]).toEqual(['0', 'hello']);
  });

  test('may end with trailers', async () => {
    const peer = await connect();
    peer.send(headers(1, head('Echo'), { end: false }), data(1, message('hello'), false));
    peer.send(headers(1, block([['x-a', 'b']])));
    expect((await answerOf(peer, 1)).fields['grpc-status']).toBe('0');
  });

  test('a text of a status is percent-encoded', async () => {
    const { fields, body } = await ask(await connect(), head('Fail'), [message('')]);
    expect([fields['grpc-status'], fields['grpc-message'], body]).toEqual([
      '5',
      'nothing at 100 %25 of %C3%A4%0A',
      '',
    ]);
  });

  test.each<[string, string, Uint8Array[], string, string]>([
    ['without a message', 'Echo', [], '12', 'the method takes one message'],
    ['with two messages', 'Echo', [message('a'), message('b')], '12', 'the method takes one message'],
    ['with half a prefix', 'Echo', [message('abc').subarray(0, 3)], '13', 'the call ends within its message'],
    [
      'with half a message',
      'Echo',
      [message('abc').subarray(0, 7)],
      '13',
      'the call ends within its message',
    ],
    [
      'with an unknown flag',
      'Echo',
      [Buffer.from([2, 0, 0, 0, 1, 0])],
      '13',
      'the prefix of the message is not valid',
    ],
    [
      'compressed without an encoding',
      'Echo',
      [message(gzipSync('a'), true)],
      '13',
      'the message is compressed without an encoding',
    ],
    [
      'above the limit',
      'Limited',
      [message('x'.repeat(LIMIT + 1))],
      '8',
      'the message is larger than 1000 bytes',
    ],
    ['of an unknown method', 'None', [message('')], '12', 'unknown method'],
  ])('a call %s is refused', async (_, method, pieces, status, text) => {
    const { fields } = await ask(await connect(), head(method), pieces);
    expect([fields[':status'], fields['grpc-status'], fields['grpc-message']]).toEqual(['200', status, text]);
  });

  test('a message above the limit that has not ended is not waited for if it is many times larger', async () => {
    const peer = await connect();
    const { fields, wasReset } = await ask(
      peer,
      head('Echo'),
      [message(Buffer.alloc(17 * LIMIT)).subarray(0, 100)],
      false,
    );
    expect([fields['grpc-status'], wasReset]).toEqual(['8', true]);
  });

  test('an unknown method is refused before the call ends', async () => {
    const { fields, wasReset } = await ask(await connect(), head('None'), [message('')], false);
    expect([fields['grpc-status'], wasReset]).toEqual(['12', true]);
  });
});

describe('compression', () => {
  const gzip = { 'grpc-encoding': 'gzip' };

  test('a message by gzip is inflated, one without the flag is not', async () => {
    const answer = await ask(await connect(), head('Echo', gzip), [message(gzipSync('hello'), true)]);
    expect([answer.fields['grpc-status'], answer.body.slice(5)]).toEqual(['0', 'hello']);
    const plain = await ask(await connect(), head('Echo', gzip), [message('hello')]);
    expect(plain.body.slice(5)).toBe('hello');
  });

  test('many at once are inflated a few at a time', async () => {
    const peer = await connect();
    const ids = Array.from({ length: 50 }, (_, at) => 2 * at + 1);
    for (const id of ids) {
      peer.send(
        headers(id, head('Echo', gzip), { end: false }),
        data(id, message(gzipSync(`m${String(id)}`), true)),
      );
    }
    const answers = await Promise.all(ids.map((id) => answerOf(peer, id)));
    expect(answers.map(({ body }) => body.slice(5))).toEqual(ids.map((id) => `m${String(id)}`));
  });

  test('a message that becomes larger than the limit is answered by the method', async () => {
    const large = message(gzipSync('x'.repeat(LIMIT + 1)), true);
    expect((await ask(await connect(), head('Echo', gzip), [large])).body.slice(5)).toBe('over 1000');
    const exact = message(gzipSync('x'.repeat(LIMIT)), true);
    expect((await ask(await connect(), head('Echo', gzip), [exact])).body).toHaveLength(LIMIT + 5);
  });

  test('bytes that are not gzip are an error of the caller', async () => {
    const { fields } = await ask(await connect(), head('Echo', gzip), [message('hello', true)]);
    expect([fields['grpc-status'], fields['grpc-message']]).toEqual([
      '13',
      'the message cannot be decompressed',
    ]);
  });

  test('another encoding is refused with those that are accepted', async () => {
    const { fields } = await ask(await connect(), head('Echo', { 'grpc-encoding': 'br' }), [message('')]);
    expect([fields['grpc-status'], fields['grpc-accept-encoding']]).toEqual(['12', 'identity,gzip']);
  });

  test('streams inflate each message', async () => {
    const pieces = [message(gzipSync('a'), true), message('b'), message(gzipSync('c'), true)];
    const answer = await ask(await connect(), head('Sum', gzip), pieces);
    expect([answer.fields['grpc-status'], answer.body]).toEqual([
      '0',
      ['a', 'ab', 'abc'].map((text) => message(text).toString('latin1')).join(''),
    ]);
  });
});

describe('deadlines', () => {
  test.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['3S', 3000],
    ['99999999m', 99_999_999],
    ['5u', 0.005],
    ['6n', 0.000006],
    ['1', undefined],
    ['1s', undefined],
    ['-1S', undefined],
    ['123456789m', undefined],
    ['', undefined],
    [undefined, Number.POSITIVE_INFINITY],
  ])('grpc-timeout %s is %s milliseconds', (text, milliseconds) => {
    const parsed = parseTimeout(text);
    if (milliseconds === undefined) expect(parsed).toBeUndefined();
    else expect(parsed).toBeCloseTo(milliseconds, 9);
  });

  test('a timeout that is not valid is an error of the caller', async () => {
    const { fields } = await ask(await connect(), head('Echo', { 'grpc-timeout': 'soon' }), [message('')]);
    expect([fields['grpc-status'], fields['grpc-message']]).toEqual(['13', 'grpc-timeout is not valid']);
  });

  test('a call whose deadline has passed ends, and its signal aborts', async () => {
    const peer = await connect();
    const begun = Date.now();
    peer.send(headers(1, head('Never', { 'grpc-timeout': '1m' }), { end: false }), data(1, message('')));
    await peer.roundTrip();
    const signal = seen[0]?.signal;
    const { fields } = await answerOf(peer, 1);
    expect([fields['grpc-status'], signal?.aborted]).toEqual(['4', true]);
    expect(seen[0]?.deadline).toBeGreaterThanOrEqual(begun + 1);
  });

  test('a message that does not arrive in time ends the call', async () => {
    const { fields } = await ask(
      await connect({ requestTime: 1 }),
      head('Echo'),
      [message('abc').subarray(0, 6)],
      false,
    );
    expect([fields['grpc-status'], fields['grpc-message']]).toEqual([
      '4',
      'the message did not arrive in time',
    ]);
  });
});

test('a call that the caller cancels aborts its signal, also one that is asked for later', async () => {
  const peer = await connect();
  for (const id of [1, 3]) peer.send(headers(id, head('Never'), { end: false }), data(id, message('')));
  await peer.roundTrip();
  const before = seen[0]?.signal;
  expect(before?.aborted).toBe(false);
  peer.send(reset(1), reset(3));
  await peer.roundTrip();
  expect([before?.aborted, seen[1]?.signal.aborted]).toEqual([true, true]);
});

describe('streams', () => {
  test.each<[string, Uint8Array[], string, string]>([
    ['half a message', [message('a'), message('bc').subarray(0, 6)], '13', 'the call ends within a message'],
    [
      'a message above the limit',
      [message('a'), message('x'.repeat(LIMIT + 1))],
      '8',
      'the message is larger than 1000 bytes',
    ],
    [
      'an unknown flag',
      [message('a'), Buffer.from([9, 0, 0, 0, 0])],
      '13',
      'the prefix of a message is not valid',
    ],
  ])('with %s end with an error after the messages before it', async (_, pieces, status, text) => {
    const answer = await ask(await connect(), head('Sum'), pieces);
    expect([answer.body, answer.fields['grpc-status'], answer.fields['grpc-message']]).toEqual([
      message('a').toString('latin1'),
      status,
      text,
    ]);
  });

  test('without a message end well', async () => {
    const answer = await ask(await connect(), head('Sum'), []);
    expect(answer.fields).toMatchObject({ ':status': '200', 'grpc-status': '0' });
  });
});
