import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  data,
  FLAG,
  type Frame,
  headers,
  message,
  PREFACE,
  SETTING,
  SETTINGS_ACK,
  settings,
  TYPE,
} from '../../../support/http2-frames.ts';
import { beginCheck, CHECK_BLOCK, check } from './calls.ts';
import { pause } from './pace.ts';
import { Target } from './target.ts';

/** Milliseconds within which each must have been ended; the bounds of the server are 10 and 20 s. */
const PATIENCE = 90_000;
/** Most growth of memory in MiB. */
const MOST_GROWTH = 100;
/** Connections of each kind. */
const COUNT = 20;

const UNFINISHED = message(Buffer.alloc(100)).subarray(0, 50);

/** What a connection sends before it is silent. */
const SILENCES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['nothing', Buffer.alloc(0)],
  ['half of the preface', PREFACE.subarray(0, 12)],
  ['the preface alone', PREFACE],
  [
    'half of the settings',
    Buffer.concat([PREFACE, settings([SETTING.initialWindowSize, 1]).subarray(0, 10)]),
  ],
  [
    'half of the head of a frame',
    Buffer.concat([PREFACE, settings(), SETTINGS_ACK, beginCheck(1).subarray(0, 5)]),
  ],
  ['half of HEADERS', Buffer.concat([PREFACE, settings(), SETTINGS_ACK, beginCheck(1).subarray(0, 30)])],
  [
    'HEADERS whose CONTINUATION does not follow',
    Buffer.concat([PREFACE, settings(), SETTINGS_ACK, headers(1, CHECK_BLOCK, { endHeaders: false })]),
  ],
];

/** The same for calls: not the connection is ended, but the call, or both. */
const UNFINISHED_CALLS: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['HEADERS without a message', Buffer.concat([PREFACE, settings(), SETTINGS_ACK, beginCheck(1)])],
  [
    'half of a message',
    Buffer.concat([PREFACE, settings(), SETTINGS_ACK, beginCheck(1), data(1, UNFINISHED, false)]),
  ],
  [
    'a check whose answer has no window',
    Buffer.concat([PREFACE, settings([SETTING.initialWindowSize, 0]), SETTINGS_ACK, check(1)]),
  ],
];

function isEndOfCall({ type, flags, stream }: Frame): boolean {
  return stream === 1 && (type === TYPE.reset || (type === TYPE.headers && (flags & FLAG.endStream) !== 0));
}

describe('slow and idle connections', () => {
  let targets: readonly Target[];

  beforeAll(async () => {
    // A peer that is silent for a second must answer a ping; the default is a minute.
    const args = ['--keepalive', '1s'];
    targets = await Promise.all([Target.start({ args }), Target.start({ args, isTls: true })]);
  }, 60_000);

  afterAll(() => Promise.all(targets.map((target) => target.stop())));

  test('connections that fall silent, and calls that are not finished, are ended, and nobody else notices', async () => {
    const seen = await Promise.all(
      targets.map((target) =>
        target.during(() =>
          Promise.all([
            ...SILENCES.flatMap(([, bytes]) =>
              Array.from({ length: COUNT }, () => fallSilent(target, bytes)),
            ),
            ...UNFINISHED_CALLS.flatMap(([, bytes]) =>
              Array.from({ length: COUNT }, () => leaveCall(target, bytes)),
            ),
          ]),
        ),
      ),
    );
    for (const { served, growth } of seen) {
      expect(served).toBeGreaterThan(0);
      expect(growth).toBeLessThan(MOST_GROWTH);
    }
  }, 120_000);

  test('a frame that arrives byte by byte is read, and the call in it answered', async () => {
    for (const target of targets) {
      const peer = await target.connect();
      const bytes = Buffer.concat([PREFACE, settings(), SETTINGS_ACK, check(1)]);
      for (const byte of bytes) {
        peer.send(Buffer.from([byte]));
        await pause();
      }
      await peer.arrival('the answer', ({ stream }) => stream === 1);
    }
  }, 60_000);
});

/** Sends the bytes and nothing more, not even to a ping, until the server ends the connection. */
async function fallSilent(target: Target, bytes: Uint8Array): Promise<void> {
  const peer = await target.connect();
  if (bytes.length > 0) peer.send(bytes);
  await peer.closed(PATIENCE);
}

/** As `fallSilent`, until the server ends the call on stream 1, or the connection. */
async function leaveCall(target: Target, bytes: Uint8Array): Promise<void> {
  const peer = await target.connect();
  peer.send(bytes);
  await peer.until('the end of the call', () => peer.frames.some(isEndOfCall), PATIENCE);
}

describe('half-open TLS', () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({ isTls: true });
  }, 60_000);

  afterAll(() => target.stop());

  function bare(): Socket {
    const socket = connect(Number(target.address.slice(target.address.lastIndexOf(':') + 1)), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    return socket;
  }

  test.each<[string, Uint8Array]>([
    ['no bytes', Buffer.alloc(0)],
    ['half of a greeting', Buffer.from('16030100f4010000f0030361', 'hex')],
    ['a request without TLS', Buffer.concat([PREFACE, settings(), check(1)])],
    ['bytes that are nothing', Buffer.alloc(5000, 0xa5)],
  ])(
    'a handshake of %s is ended',
    async (_, bytes) => {
      const { served, growth } = await target.during(() =>
        Promise.all(
          Array.from({ length: 100 }, async () => {
            const socket = bare();
            if (bytes.length > 0) socket.write(bytes);
            await once(socket, 'close');
          }),
        ),
      );
      expect(served).toBeGreaterThan(0);
      expect(growth).toBeLessThan(MOST_GROWTH);
    },
    120_000,
  );
});
