import { seeded } from '../support/seeded.ts';
import { runTokenClaims, runTokenHeaders } from './tokens.ts';

const ROUNDS = 20_000;
const SEED = 20_261_130;

// Both results must be frequent, or the mutations would test nothing.

test(`of ${ROUNDS} hostile headers, only those with a token of the issuer are accepted, as its subject`, () => {
  const { accepted, refused } = runTokenHeaders(ROUNDS, seeded(SEED));
  expect(accepted).toBeGreaterThan(ROUNDS / 10);
  expect(refused).toBeGreaterThan(ROUNDS / 4);
}, 120_000);

test(`of ${ROUNDS} tokens with right and wrong parts, each is accepted, or refused for a wrong one`, () => {
  const { accepted, refused } = runTokenClaims(ROUNDS, seeded(SEED));
  expect(accepted).toBeGreaterThan(ROUNDS / 10);
  expect(refused).toBeGreaterThan(ROUNDS / 4);
}, 120_000);
