import { createCheck } from '../../src/envoy/check.ts';
import { decodeCheck } from '../../src/envoy/decode.ts';
import { decodeCheckResponse } from '../../src/envoy/messages.ts';
import { FULL_CHECK, RAW_HEADERS_CHECK } from '../support/checks.ts';
import { officialCheckRequest } from '../support/official.ts';
import { lettingThrough, permission, standingStill } from '../support/rulings.ts';
import { pick, seeded } from '../support/seeded.ts';

const ROUNDS = 10_000;
const SEED = 20_261_123;

const REAL = [
  officialCheckRequest.serialize(FULL_CHECK),
  officialCheckRequest.serialize(RAW_HEADERS_CHECK),
] as const;

type Random = () => number;
type Mutation = (bytes: Buffer, random: Random) => Buffer;

function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  function flipBits(bytes, random) {
    const changed = Buffer.from(bytes);
    for (let count = below(random, 8); count >= 0; count -= 1) {
      const at = below(random, changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << below(random, 8));
    }
    return changed;
  },
  function cutShort(bytes, random) {
    return bytes.subarray(0, below(random, bytes.length));
  },
  function leaveOut(bytes, random) {
    const start = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + below(random, 40))]);
  },
  function insertNoise(bytes, random) {
    const start = below(random, bytes.length);
    const noise = Buffer.from(Array.from({ length: below(random, 40) }, () => below(random, 256)));
    return Buffer.concat([bytes.subarray(0, start), noise, bytes.subarray(start)]);
  },
  function repeatPart(bytes, random) {
    const start = below(random, bytes.length);
    const part = bytes.subarray(start, start + below(random, 200));
    return Buffer.concat([bytes.subarray(0, start), part, part, bytes.subarray(start)]);
  },
  function hugeLength(bytes, random) {
    const changed = Buffer.from(bytes);
    changed.fill(0xff, below(random, changed.length)).writeUInt8(0x0f, changed.length - 1);
    return changed;
  },
  function splice(bytes, random) {
    const other = pick(random, REAL);
    return Buffer.concat([
      bytes.subarray(0, below(random, bytes.length)),
      other.subarray(below(random, other.length)),
    ]);
  },
];

test(`${String(ROUNDS)} mutations of real checks are answered, and none is let through unread`, async () => {
  const random = seeded(SEED);
  const { clock, id } = standingStill();
  const check = createCheck({
    decide: (attributes) => permission(attributes),
    set: () => lettingThrough(),
    clock,
    id,
    deadline: 60_000,
    maxInflight: 10,
    onDecision: () => undefined,
  });
  const call = { deadline: Number.POSITIVE_INFINITY, metadata: () => undefined };
  const seen = { read: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = pick(random, MUTATIONS)(pick(random, REAL), random);
    const { attributes } = decodeCheck(bytes);
    const { status, okResponse } = decodeCheckResponse(await check.handle(bytes, call));
    const allowed = (status?.code ?? 0) === 0;
    if (allowed !== (attributes !== undefined) || allowed !== (okResponse !== undefined)) {
      throw new Error(`round ${String(round)} of seed ${String(SEED)}: ${bytes.toString('base64')}`);
    }
    seen[attributes === undefined ? 'refused' : 'read'] += 1;
  }
  // Either kind must be there, else the mutations would test nothing.
  expect(seen.read).toBeGreaterThan(ROUNDS / 100);
  expect(seen.refused).toBeGreaterThan(ROUNDS / 10);
});
