import { FULL_CHECK, RAW_HEADERS_CHECK } from '../support/checks.ts';
import { officialCheckRequest } from '../support/official.ts';
import { seeded } from '../support/seeded.ts';
import { compareOverMutations, compareReaders, ENVOY_CHECKS } from './compare-readers.ts';

const ROUNDS = 20_000;
const SEED = 20_261_130;

test.each([
  { name: 'every field', bytes: officialCheckRequest.serialize(FULL_CHECK) },
  { name: 'raw headers', bytes: officialCheckRequest.serialize(RAW_HEADERS_CHECK) },
  ...ENVOY_CHECKS,
])('a check with $name is read as the reference reads it', ({ bytes }) => {
  // The names of headers are learned by the first reading, and found by the second.
  expect([compareReaders(bytes), compareReaders(bytes)]).toEqual(['read', 'read']);
});

test(`${ROUNDS} mutations of checks are read as the reference reads them, or refused`, () => {
  const results = compareOverMutations(ROUNDS, seeded(SEED));
  // Every result must occur, or the mutations would test nothing.
  expect(results.read).toBeGreaterThan(ROUNDS / 10);
  expect(results.bad_check).toBeGreaterThan(ROUNDS / 10);
  expect(results.not_http).toBeGreaterThan(ROUNDS / 1000);
}, 120_000);
