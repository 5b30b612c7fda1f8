import { startLoad } from '../support/load.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { runSwaps } from './swaps.ts';

const COUNT = 25;

test(`${COUNT} swaps under load: no error, and every answer agrees with its revision`, async () => {
  await using stack = new AsyncDisposableStack();
  const { swaps, tally, live } = await runSwaps({ folder: await scratchFolder(stack), count: COUNT });
  expect(swaps).toBe(COUNT);
  expect(tally.requests).toBeGreaterThan(COUNT * 10);
  expect([tally.errors, tally.disagreements]).toEqual([[], []]);
  expect(live.at(-1)).toBeLessThan(2000);
}, 60_000);

test('an answer of two versions and a missing answer are detected', async () => {
  let asked = 0;
  const load = startLoad({
    ask: async () => {
      asked += 1;
      if (asked % 3 === 0) throw new Error('no answer');
      return { revision: 'a', verdict: asked % 3 === 1 ? 'of a' : 'of b' };
    },
    agrees: ({ revision, verdict }) => verdict === `of ${revision}`,
    lanes: 1,
    rest: 0,
  });
  await load.until('of b', 5000);
  await load.until('of b', 5000);
  const { errors, errorCount, disagreements, disagreementCount } = await load.stop();
  expect(errors[0]).toBe('Error: no answer');
  expect(disagreements[0]).toBe('a: of b');
  expect(errorCount).toBeGreaterThanOrEqual(1);
  expect(disagreementCount).toBeGreaterThanOrEqual(2);
});
