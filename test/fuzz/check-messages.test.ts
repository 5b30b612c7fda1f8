import { decodeCheck } from '../../src/engine/envoy/decode.ts';
import { decodeText } from '../../src/node/decode-text.ts';
import { roomyCheck } from '../support/check.ts';
import { decodeCheckResponse } from '../support/check-messages.ts';
import { FULL_CHECK, RAW_HEADERS_CHECK } from '../support/checks.ts';
import { MUTATIONS } from '../support/mutations.ts';
import { officialCheckRequest } from '../support/official.ts';
import { lettingThrough, permission, standingStill } from '../support/pending-decisions.ts';
import { pick, seeded } from '../support/seeded.ts';

const ROUNDS = 10_000;
const SEED = 20_261_123;

const REAL = [
  officialCheckRequest.serialize(FULL_CHECK),
  officialCheckRequest.serialize(RAW_HEADERS_CHECK),
] as const;

test(`${String(ROUNDS)} mutations of real checks are answered, and none is allowed unread`, async () => {
  const random = seeded(SEED);
  const { clock, id } = standingStill();
  const check = roomyCheck({
    decide: (attributes) => permission(attributes),
    set: () => lettingThrough(),
    clock,
    id,
  });
  const call = { deadline: Number.POSITIVE_INFINITY, metadata: () => undefined };
  const seen = { read: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = pick(random, MUTATIONS)(pick(random, REAL), random, REAL);
    const { attributes } = decodeCheck(bytes, decodeText);
    const { status, okResponse } = decodeCheckResponse(await check.handle(bytes, call));
    const allowed = (status?.code ?? 0) === 0;
    // A method with a lower-case letter is the only thing that the policies of the test do not let through.
    const isLetThrough = attributes !== undefined && !/[a-z]/.test(attributes.request.method);
    if (allowed !== isLetThrough || allowed !== (okResponse !== undefined)) {
      throw new Error(`round ${String(round)} of seed ${String(SEED)}: ${bytes.toString('base64')}`);
    }
    seen[attributes === undefined ? 'refused' : 'read'] += 1;
  }
  // Both outcomes must occur, or the mutations would test nothing.
  expect(seen.read).toBeGreaterThan(ROUNDS / 100);
  expect(seen.refused).toBeGreaterThan(ROUNDS / 10);
});
