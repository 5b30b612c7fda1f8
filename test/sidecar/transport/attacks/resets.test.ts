import {
  data,
  dependency,
  FLAG,
  frame,
  headers,
  priority,
  reset,
  TYPE,
  windowUpdate,
} from '../../../support/http2-frames.ts';
import { codeOf, type Http2Peer } from '../../../support/http2-peer.ts';
import { batch, beginCheck, CHECK_BLOCK, check, streamOf } from './calls.ts';
import { flood } from './pace.ts';
import { Target } from './target.ts';

/** Streams that an attack tries to open and end. */
const STREAMS = 200_000;
const BATCH = 100;

/**
 * Most streams that may be opened before the connection is ended: 4096 at once, a thousand for each second, and what is on
 * its way then.
 */
const MOST_STREAMS = 40_000;
/** Most growth of memory in MiB. */
const MOST_GROWTH = 100;

let target: Target;

beforeAll(async () => {
  target = await Target.start();
});

afterAll(() => target.stop());

interface Ended {
  readonly code: unknown;
  /** Streams that the server has taken note of. */
  readonly streams: number;
}

/** Repeats the frames on streams of their own until the server ends the connection. */
async function endStreams(make: (stream: number) => Uint8Array): Promise<Ended> {
  const peer = await target.greet();
  await flood(peer, STREAMS / BATCH, (round) => batch(round * BATCH, BATCH, (at) => make(streamOf(at))));
  return await endOf(peer);
}

async function endOf(peer: Http2Peer): Promise<Ended> {
  await peer.closed();
  const ends = peer.frames.filter(({ type }) => type === TYPE.goAway);
  const last = ends.at(-1);
  if (last === undefined) return { code: undefined, streams: Number.POSITIVE_INFINITY };
  return { code: codeOf(last), streams: ((last.payload.readUInt32BE(0) & 0x7fffffff) + 1) / 2 };
}

test.each<[string, (stream: number) => Uint8Array]>([
  [
    'are reset at once (CVE-2023-44487)',
    (stream) => Buffer.concat([headers(stream, CHECK_BLOCK, { end: false }), reset(stream)]),
  ],
  ['are reset after the whole check', (stream) => Buffer.concat([check(stream), reset(stream)])],
  [
    'are ended by the server: a window update of 0 (CVE-2025-8671)',
    (stream) => Buffer.concat([beginCheck(stream), windowUpdate(stream, 0)]),
  ],
  [
    'are ended by the server: a window that is too large',
    (stream) => Buffer.concat([beginCheck(stream), windowUpdate(stream, 0x7fffffff)]),
  ],
  [
    'are ended by the server: PRIORITY of a wrong length',
    (stream) => Buffer.concat([beginCheck(stream), frame(TYPE.priority, 0, stream, Buffer.alloc(4))]),
  ],
  [
    'are ended by the server: a dependency on itself',
    (stream) => Buffer.concat([beginCheck(stream), priority(stream, stream)]),
  ],
  [
    'are ended by the server: HEADERS that depend on themselves',
    (stream) =>
      frame(
        TYPE.headers,
        FLAG.endHeaders | FLAG.priority,
        stream,
        Buffer.concat([dependency(stream), CHECK_BLOCK]),
      ),
  ],
  [
    'are answered, and then get DATA again and again',
    (stream) => Buffer.concat([check(stream), data(stream, 'more'), data(stream, 'more')]),
  ],
  [
    'are ended by the server: HEADERS that are malformed',
    (stream) => headers(stream, Buffer.from([0x82, 0x82])),
  ],
])(
  'streams that %s end the connection',
  async (_, make) => {
    const before = await target.decisions();
    const { result, served, growth } = await target.during(() => endStreams(make));
    expect(result.code).toBe('ENHANCE_YOUR_CALM');
    expect(result.streams).toBeLessThan(MOST_STREAMS);
    expect((await target.decisions()) - before - served).toBeLessThan(MOST_STREAMS);
    expect(served).toBeGreaterThan(0);
    expect(growth).toBeLessThan(MOST_GROWTH);
  },
  60_000,
);

test('a caller that cancels all of its calls at once, again and again, is not cut off', async () => {
  const peer = await target.greet();
  // As an Envoy whose clients go away: up to a thousand calls at once, of which some are answered already.
  for (let round = 0; round < 20; round += 1) {
    const from = round * 200;
    peer.send(batch(from, 200, (at) => beginCheck(streamOf(at))));
    peer.send(batch(from, 200, (at) => reset(streamOf(at))));
    await peer.roundTrip();
  }
  peer.send(check(streamOf(100_000)));
  const answer = await peer.arrival('an answer', ({ stream }) => stream === streamOf(100_000));
  expect(answer.type).toBe(TYPE.headers);
  expect(peer.frames.filter(({ type }) => type === TYPE.goAway)).toEqual([]);
}, 60_000);
