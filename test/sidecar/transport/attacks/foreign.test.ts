import { PREFACE, TYPE } from '../../../support/http2-frames.ts';
import { flood } from './pace.ts';
import { Target } from './target.ts';

let target: Target;

beforeAll(async () => {
  target = await Target.start();
});

afterAll(() => target.stop());

test.each<[string, Buffer]>([
  ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nhost: a.example\r\n\r\n')],
  [
    'an upgrade of HTTP/1.1',
    Buffer.from(
      'GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n',
    ),
  ],
  ['a greeting of TLS', Buffer.from('16030100f4010000f0030361', 'hex')],
  ['zeros', Buffer.alloc(1024)],
  ['a preface that is wrong at its end', Buffer.concat([PREFACE.subarray(0, 23), Buffer.alloc(100)])],
  ['a header of the PROXY protocol', Buffer.from('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n')],
])(
  '%s is closed at once, without a frame after SETTINGS and GOAWAY',
  async (_, bytes) => {
    const { result, served } = await target.during(async () => {
      const peers = await Promise.all(Array.from({ length: 100 }, () => target.connect()));
      for (const peer of peers) peer.send(bytes);
      await Promise.all(peers.map((peer) => peer.closed()));
      return peers;
    });
    expect(served).toBeGreaterThan(0);
    for (const peer of result) {
      expect(
        peer.frames.filter(
          ({ type }) => type !== TYPE.settings && type !== TYPE.goAway && type !== TYPE.windowUpdate,
        ),
      ).toEqual([]);
    }
  },
  60_000,
);

test('a body without an end that is not HTTP/2 is not read', async () => {
  const { result, growth } = await target.during(async () => {
    const peer = await target.connect();
    peer.send(Buffer.from('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000000\r\n\r\n'));
    return await flood(peer, 10_000, () => Buffer.alloc(65_536));
  });
  expect(result).toBeLessThan(1000);
  expect(growth).toBeLessThan(50);
}, 60_000);
