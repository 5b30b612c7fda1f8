import { seeded } from '../support/seeded.ts';
import { runDiff } from './diff.ts';

/** `make fuzz-diff` compares 2,000. */
const PAIRS = 40;

test('each flip that a search of all requests finds has a witness, and no witness is untrue', async () => {
  const run = await runDiff(PAIRS, seeded(18), () => undefined);
  expect(run).toMatchObject({ pairs: PAIRS, untrue: 0, missed: [] });
  expect(run.flips).toBeGreaterThan(PAIRS / 3);
  expect(run.witnessed).toBe(run.flips);
}, 120_000);
