import { scratchFolder } from '../support/scratch-folder.ts';
import { runSwaps } from './swaps.ts';

/*
 * node test/swaps/main.ts [COUNT]: swaps the policies COUNT times (default 1,000) under load and prints the result.
 * Exit code 1 after an error, or after an answer whose revision and verdict disagree.
 */
const count = Number(process.argv[2] ?? 1000);
if (!Number.isSafeInteger(count) || count < 1) {
  console.error('node test/swaps/main.ts [COUNT]: COUNT is a whole number above zero');
  process.exit(2);
}
await using stack = new AsyncDisposableStack();
const folder = await scratchFolder(stack);
const { swaps, tally, live } = await runSwaps({
  folder,
  count,
  onSwap: (done) => {
    if (done % 50 === 0) process.stderr.write(`${done} of ${count}\n`);
  },
});
const at = (share: number): string => `${Math.round(live[Math.floor((live.length - 1) * share)] ?? 0)} ms`;
console.log(`swaps          ${swaps}
live after     ${at(0.5)} median, ${at(0.99)} 99th percentile, ${at(1)} longest
requests       ${tally.requests}
errors         ${tally.errorCount}
disagreements  ${tally.disagreementCount}`);
for (const line of [...tally.errors, ...tally.disagreements].slice(0, 20)) console.log(`  ${line}`);
process.exitCode = tally.errorCount === 0 && tally.disagreementCount === 0 ? 0 : 1;
