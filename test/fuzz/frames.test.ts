import { seeded } from '../support/seeded.ts';
import { pieces } from './frame-mutations.ts';
import { FrameRun } from './frame-run.ts';
import { SEQUENCES } from './frame-sequences.ts';
import { methodsThat } from './frame-target.ts';
import { runMutations } from './frames.ts';

const ROUNDS = 20_000;
const SEED = 9113;

test('each sequence without a mutation is allowed where the policies allow, whole and byte by byte', async () => {
  for (const sequence of SEQUENCES) {
    const bytes = Buffer.concat(sequence);
    const allowing = new FrameRun(methodsThat('allow'));
    const whole = await allowing.reply([bytes]);
    expect(whole.allowed).toBeGreaterThan(0);
    expect(whole.goAway).toBeUndefined();
    const single = Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1));
    expect(await allowing.reply(single)).toEqual(whole);
    expect(await allowing.reply(pieces(bytes, seeded(SEED)))).toEqual(whole);
    const denied = await new FrameRun(methodsThat('deny')).reply([bytes]);
    expect(denied).toEqual({ ...whole, allowed: 0, denied: whole.allowed });
  }
});

test(`${String(ROUNDS)} mutated sequences of frames: no crash, no hang, no allow`, async () => {
  const { denied, goAway, reset, other } = await runMutations({ rounds: ROUNDS, seed: SEED });
  // All outcomes must occur, or the mutations would test nothing.
  expect(Math.min(denied, reset, other)).toBeGreaterThan(ROUNDS / 100);
  for (const code of ['PROTOCOL_ERROR', 'FRAME_SIZE_ERROR', 'COMPRESSION_ERROR']) {
    expect(goAway.get(code)).toBeGreaterThan(ROUNDS / 1000);
  }
}, 300_000);
