import { indexed, kept, literal } from '../../../support/hpack-literals.ts';
import {
  continuation,
  data,
  FLAG,
  frame,
  headers,
  padded,
  ping,
  priority,
  SETTING,
  SETTINGS_ACK,
  settings,
  TYPE,
  windowUpdate,
} from '../../../support/http2-frames.ts';
import { codeOf } from '../../../support/http2-peer.ts';
import { batch, beginCheck, CHECK_BLOCK, streamOf } from './calls.ts';
import { flood } from './pace.ts';
import { Target } from './target.ts';

const ROUNDS = 4000;
const BATCH = 250;
/** Most frames that answer a flood before the connection is ended: 4096 at once, and 1000 for each second. */
const MOST_ANSWERS = 20_000;
/** Most growth of memory in MiB. */
const MOST_GROWTH = 100;

let target: Target;

beforeAll(async () => {
  target = await Target.start();
});

afterAll(() => target.stop());

const LARGE = 'x'.repeat(4000);

interface Flood {
  readonly name: string;
  /** Frames before the flood. */
  readonly first?: Uint8Array;
  /** One frame of the flood. */
  readonly frame: (at: number) => Uint8Array;
  /** True: the attacker reads no answer. */
  readonly isDeaf?: true;
}

const FLOODS: readonly Flood[] = [
  { name: 'PING', frame: () => ping('flood') },
  {
    name: 'PING whose acknowledgements nobody reads',
    frame: () => ping('flood'),
    isDeaf: true,
  },
  { name: 'acknowledgements of PING', frame: () => ping('flood', FLAG.ack) },
  { name: 'SETTINGS', frame: () => settings([SETTING.initialWindowSize, 65_535]) },
  {
    name: 'empty SETTINGS, whose acknowledgements nobody reads',
    frame: () => settings(),
    isDeaf: true,
  },
  { name: 'acknowledgements of SETTINGS', frame: () => SETTINGS_ACK },
  { name: 'empty DATA', first: beginCheck(1), frame: () => data(1, '', false) },
  {
    name: 'DATA of a padding alone',
    first: beginCheck(1),
    frame: () => frame(TYPE.data, FLAG.padded, 1, padded(Buffer.alloc(0), 0)),
  },
  {
    name: 'DATA on a closed stream',
    first: Buffer.concat([beginCheck(1), frame(TYPE.reset, 0, 1, Buffer.alloc(4))]),
    frame: () => data(1, 'x', false),
  },
  { name: 'PRIORITY', frame: (at) => priority(streamOf(at % 1000), 0) },
  { name: 'WINDOW_UPDATE', frame: () => windowUpdate(0, 1) },
  {
    name: 'WINDOW_UPDATE of a stream',
    first: beginCheck(1),
    frame: () => windowUpdate(1, 1),
  },
  { name: 'frames of an unknown type', frame: () => frame(TYPE.unknown, 0, 0) },
  {
    name: 'empty CONTINUATION',
    first: headers(1, CHECK_BLOCK, { endHeaders: false }),
    frame: () => continuation(1, Buffer.alloc(0), false),
  },
  {
    name: 'CONTINUATION with fields (CVE-2024-27316)',
    first: headers(1, CHECK_BLOCK, { endHeaders: false }),
    frame: () => continuation(1, literal('x-flood', LARGE), false),
  },
  {
    name: 'CONTINUATION of one byte',
    first: headers(1, Buffer.alloc(0), { endHeaders: false }),
    frame: () => continuation(1, Buffer.from([0x82]), false),
  },
];

test.each(FLOODS)(
  'a flood of $name ends the connection',
  async ({ first, frame: one, isDeaf = false }) => {
    const { result, served, growth } = await target.during(async () => {
      const peer = await target.greet();
      if (isDeaf) peer.socket.pause();
      if (first !== undefined) peer.send(first);
      await flood(peer, ROUNDS, (round) => batch(round * BATCH, BATCH, one));
      peer.socket.resume();
      await peer.closed();
      return peer;
    });
    const end = result.frames.find(({ type }) => type === TYPE.goAway);
    // Where answers were not read, the end of the connection can overtake GOAWAY.
    if (end !== undefined || !isDeaf) expect(end && codeOf(end)).toBe('ENHANCE_YOUR_CALM');
    expect(result.frames.length).toBeLessThan(MOST_ANSWERS);
    expect(served).toBeGreaterThan(0);
    expect(growth).toBeLessThan(MOST_GROWTH);
  },
  60_000,
);

describe('header bombs', () => {
  test('references to a large entry of the table are refused, stream by stream', async () => {
    const bomb = Buffer.concat([CHECK_BLOCK, ...Array.from({ length: 15_000 }, () => indexed(62))]);
    const { result, served, growth } = await target.during(async () => {
      const peer = await target.greet();
      peer.send(headers(1, Buffer.concat([CHECK_BLOCK, kept('x-bomb', LARGE)])));
      // Each block would be 60 MiB of fields.
      await flood(peer, 500, (round) => headers(streamOf(round + 1), bomb));
      return peer;
    });
    expect(served).toBeGreaterThan(0);
    expect(growth).toBeLessThan(MOST_GROWTH);
    // Either every stream was refused, or the connection was.
    const refused = result.frames.filter((each) => result.fields(each).get(':status') === '431').length;
    const isEnded = result.frames.some(({ type }) => type === TYPE.goAway);
    expect(refused > 0 || isEnded).toBe(true);
  }, 60_000);

  test('lists of many small fields are refused', async () => {
    const bomb = Buffer.concat([CHECK_BLOCK, ...Array.from({ length: 5000 }, () => literal('a', ''))]);
    const { result, served, growth } = await target.during(async () => {
      const peer = await target.greet();
      await flood(peer, 500, (round) => headers(streamOf(round), bomb.subarray(0, 16_384)));
      return peer;
    });
    expect(served).toBeGreaterThan(0);
    expect(growth).toBeLessThan(MOST_GROWTH);
    expect(result.frames.some(({ type }) => type === TYPE.goAway || type === TYPE.headers)).toBe(true);
  }, 60_000);
});
