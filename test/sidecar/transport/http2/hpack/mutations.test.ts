import { encodeHeaders } from '../../../../../src/sidecar/transport/http2/hpack/encode.ts';
import { HpackError } from '../../../../../src/sidecar/transport/http2/hpack/hpack-error.ts';
import { kept } from '../../../../support/hpack-literals.ts';
import { MUTATIONS } from '../../../../support/mutations.ts';
import { pick, seeded } from '../../../../support/seeded.ts';
import { APPENDIX_C } from './appendix-c.ts';
import { decodeList, decoderWith, tableOf } from './decode-list.ts';

const ROUNDS = 20_000;
const SEED = 7541;
const MOST_LIST = 200;

const [FIRST, ...OTHERS] = APPENDIX_C.flatMap(({ examples }) =>
  examples.map(({ block }) => Buffer.from(block, 'hex')),
);
const BLOCKS = [FIRST ?? Buffer.alloc(1), ...OTHERS] as const;

/** Bytes of a list as RFC 9113 section 6.5.2 counts them. */
function bytesOf(list: readonly string[]): number {
  return list.reduce((sum, field) => sum + field.replace(/^!/, '').length - ': '.length + 32, 0);
}

test(`${String(ROUNDS)} mutations of blocks are lists within their bounds or malformed`, () => {
  const random = seeded(SEED);
  const seen = { lists: 0, cut: 0, malformed: 0 };
  let decoder = decoderWith({ maxListBytes: MOST_LIST });
  for (let round = 0; round < ROUNDS; round += 1) {
    const block = pick(random, MUTATIONS)(pick(random, BLOCKS), random, BLOCKS);
    try {
      const { list, fits } = decodeList(decoder, block);
      if (bytesOf(list) > MOST_LIST) throw new Error(`round ${String(round)}: ${block.toString('hex')}`);
      seen[fits ? 'lists' : 'cut'] += 1;
      if (random() < 0.99) continue;
      // The table is within its bound too.
      if (bytesOf(tableOf(decoder)) > 4096) throw new Error(`round ${String(round)}: the table is too large`);
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      seen.malformed += 1;
    }
    decoder = decoderWith({ maxListBytes: MOST_LIST });
  }
  // All outcomes must occur, or the mutations would test nothing.
  expect(Math.min(seen.lists, seen.cut, seen.malformed)).toBeGreaterThan(ROUNDS / 100);
});

test('random bytes are a list or malformed', () => {
  const random = seeded(SEED);
  const seen = { lists: 0, malformed: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const block = Buffer.from(Array.from({ length: 1 + random() * 20 }, () => Math.floor(random() * 256)));
    try {
      decodeList(decoderWith(), block);
      seen.lists += 1;
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      seen.malformed += 1;
    }
  }
  expect(Math.min(seen.lists, seen.malformed)).toBeGreaterThan(ROUNDS / 100);
});

test('fields of all kinds are decoded as they were, in any order of them', () => {
  const random = seeded(SEED);
  const text = (): string =>
    Array.from({ length: random() * 40 }, () => String.fromCharCode(14 + Math.floor(random() * 242))).join(
      '',
    );
  const decoder = decoderWith();
  for (let round = 0; round < 2000; round += 1) {
    const name = text();
    const value = text();
    const isKept = random() < 0.5;
    const block = isKept ? kept(name, value) : encodeHeaders([[name, value]]);
    expect(decodeList(decoder, block).list).toEqual([`${name}: ${value}`]);
    if (isKept) expect(decodeList(decoder, Buffer.from([0x80 | 62])).list).toEqual([`${name}: ${value}`]);
  }
});
