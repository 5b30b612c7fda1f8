import { seeded } from '../support/seeded.ts';
import { runCertificates } from './certificates.ts';
import { runForwardedPeers } from './forwarded-peers.ts';

const ROUNDS = 20_000;
const SEED = 20_261_130;

// Every result must occur, or the mutations would test nothing.

test(`with ${ROUNDS} hostile headers, the caller is the client that the proxy saw, or refused`, () => {
  const { accepted, refused, unnamed } = runForwardedPeers(ROUNDS, seeded(SEED));
  expect(accepted).toBeGreaterThan(ROUNDS / 10);
  expect(refused).toBeGreaterThan(ROUNDS / 10);
  expect(unnamed).toBeGreaterThan(ROUNDS / 1000);
}, 120_000);

test(`${ROUNDS} certificates are read as they were made or as another reader reads them, or refused`, () => {
  const { read, refused, mutatedRead, mutatedElsewhere, mutatedRefused } = runCertificates(
    ROUNDS,
    seeded(SEED),
  );
  expect(read).toBeGreaterThan(ROUNDS / 10);
  expect(refused).toBeGreaterThan(ROUNDS / 10);
  expect(mutatedRead).toBeGreaterThan(ROUNDS / 200);
  expect(mutatedRefused).toBeGreaterThan(ROUNDS / 10);
  expect(mutatedElsewhere).toBeLessThan(mutatedRead / 10);
}, 120_000);
