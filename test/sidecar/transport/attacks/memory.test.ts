import { indexed, kept } from '../../../support/hpack-literals.ts';
import {
  data,
  type Frame,
  headers,
  message,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from '../../../support/http2-frames.ts';
import { codeOf, type Http2Peer } from '../../../support/http2-peer.ts';
import { batch, beginCheck, CHECK_BLOCK, check, checkMessage, streamOf } from './calls.ts';
import { flood } from './pace.ts';
import { Target } from './target.ts';

/**
 * Most growth of memory in MiB, by all attacks of this file together: 34 MiB of requests, 16 of answers that nobody reads,
 * the heap up to its limit, and fragments.
 */
const MOST_GROWTH = 150;
const CONNECTIONS = 20;

let target: Target;

beforeAll(async () => {
  target = await Target.start();
});

afterAll(() => target.stop());

/** Runs the same attack on many connections at once. */
function fromMany<T>(attack: (peer: Http2Peer) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, async () => attack(await target.greet())));
}

test('a caller that asks and never reads is not read from any more', async () => {
  const before = await target.decisions();
  const { result, served, growth } = await target.during(() =>
    fromMany(async (peer) => {
      peer.socket.pause();
      // 1.3 million checks on each connection, if somebody took them.
      return await flood(peer, 10_000, (round) => batch(round * 128, 128, (at) => check(streamOf(at))));
    }),
  );
  expect(Math.max(...result)).toBeLessThan(10_000);
  expect(served).toBeGreaterThan(0);
  expect(growth).toBeLessThan(MOST_GROWTH);
  // Answers that nobody reads are some hundred bytes each: 128 KiB of them, and what the kernel holds of both sides.
  expect((await target.decisions()) - before - served).toBeLessThan(CONNECTIONS * 100_000);
}, 120_000);

test('a caller whose windows are zero cannot pile up answers', async () => {
  const { result, served, growth } = await target.during(() =>
    fromMany(async (peer) => {
      peer.send(settings([SETTING.initialWindowSize, 0]));
      await flood(peer, 200, (round) => batch(round * 100, 100, (at) => check(streamOf(at))));
      await peer.until('refusal', () => peer.frames.some(isRefusal), 60_000);
      return peer;
    }),
  );
  expect(served).toBeGreaterThan(0);
  expect(growth).toBeLessThan(MOST_GROWTH);
  // Answers wait: none of their messages was sent, and streams above the bound were refused, or the connection ended.
  for (const peer of result) {
    expect(peer.frames.filter(({ type }) => type === TYPE.data)).toEqual([]);
    expect(peer.frames.some(isRefusal) || peer.isClosed).toBe(true);
  }
}, 120_000);

function isRefusal(frame: Frame): boolean {
  const isError = frame.type === TYPE.reset || frame.type === TYPE.goAway;
  return isError && ['REFUSED_STREAM', 'ENHANCE_YOUR_CALM'].includes(String(codeOf(frame)));
}

test('a caller that opens its windows by one byte at a time is answered byte by byte, or ended', async () => {
  const { served, growth } = await target.during(async () => {
    const peer = await target.greet();
    peer.send(settings([SETTING.initialWindowSize, 0]));
    peer.send(batch(0, 500, (at) => check(streamOf(at))));
    await flood(peer, 400, (round) => batch(0, 500, (at) => windowUpdate(streamOf((at + round) % 500), 1)));
    return peer;
  });
  expect(served).toBeGreaterThan(0);
  expect(growth).toBeLessThan(MOST_GROWTH);
}, 120_000);

test('messages that are never finished are bounded over all connections', async () => {
  const part = Buffer.alloc(16_000, 'x');
  const { result, served, growth } = await target.during(() =>
    fromMany(async (peer) => {
      // Each claims a message of 15 MiB, and sends as much of all of them as the windows permit.
      const start = message(Buffer.alloc(0));
      start.writeUInt32BE(15 * 1024 * 1024, 1);
      peer.send(
        batch(0, 200, (at) => Buffer.concat([beginCheck(streamOf(at)), data(streamOf(at), start, false)])),
      );
      return await flood(peer, 100, (round) =>
        batch(round * 8, 8, (at) => data(streamOf(at % 200), part, false)),
      );
    }),
  );
  expect(result).toHaveLength(CONNECTIONS);
  expect(served).toBeGreaterThan(0);
  expect(growth).toBeLessThan(MOST_GROWTH);
}, 120_000);

test('messages that grow by one byte in each frame cost no more than their bytes', async () => {
  const { served, growth } = await target.during(async () => {
    const peer = await target.greet();
    const start = message(Buffer.alloc(0));
    start.writeUInt32BE(15 * 1024 * 1024, 1);
    peer.send(
      batch(0, 100, (at) => Buffer.concat([beginCheck(streamOf(at)), data(streamOf(at), start, false)])),
    );
    return await flood(peer, 1000, (round) =>
      batch(round * 500, 500, (at) => data(streamOf(at % 100), 'x', false)),
    );
  });
  expect(served).toBeGreaterThan(0);
  expect(growth).toBeLessThan(MOST_GROWTH);
}, 120_000);

test('checks with large bodies on many connections are answered or refused', async () => {
  const large = checkMessage(200_000);
  const { served, growth } = await target.during(() =>
    fromMany(async (peer) => {
      for (let round = 0; round < 20 && !peer.isClosed; round += 1) {
        const parts: Uint8Array[] = [beginCheck(streamOf(round))];
        for (let at = 0; at < large.length; at += 16_000) {
          parts.push(data(streamOf(round), large.subarray(at, at + 16_000), at + 16_000 >= large.length));
        }
        parts.push(windowUpdate(0, 10_000));
        await flood(peer, 1, () => Buffer.concat(parts));
      }
    }),
  );
  expect(served).toBeGreaterThan(0);
  expect(growth).toBeLessThan(MOST_GROWTH);
}, 120_000);

test('tables of header compression on many connections are bounded', async () => {
  const fields = Array.from({ length: 3 }, (_, at) => kept(`x-${String(at)}`, 'x'.repeat(1000)));
  const { served, growth } = await target.during(async () => {
    for (let round = 0; round < 10; round += 1) {
      await fromMany(async (peer) => {
        peer.send(headers(1, Buffer.concat([CHECK_BLOCK, ...fields])));
        peer.send(headers(3, Buffer.concat([CHECK_BLOCK, indexed(62)])));
        await peer.roundTrip();
      });
    }
  });
  expect(served).toBeGreaterThan(0);
  expect(growth).toBeLessThan(MOST_GROWTH);
}, 120_000);
