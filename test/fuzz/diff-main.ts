import { seeded } from '../support/seeded.ts';
import { runDiff } from './diff.ts';

/*
 * node test/fuzz/diff-main.ts [COUNT [SEED]]: for COUNT random changes of policies (default 2,000), compares the
 * witnesses of `lictor diff` with a search of every request of the generator. Exit code 1 if a way in which an answer
 * flips has no witness, or a witness is untrue.
 */
const count = Number(process.argv[2] ?? 2_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('node test/fuzz/diff-main.ts [COUNT [SEED]]: COUNT is a whole number above zero');
  process.exit(2);
}
console.log(`seed ${seed}`);
const { missed, ...run } = await runDiff(count, seeded(seed), (pair) => {
  if (pair % 100 === 0) process.stderr.write(`${pair} of ${count} pairs\n`);
});
console.log(run);
for (const each of missed.slice(0, 10)) console.log(`no witness: ${each}`);
if (missed.length > 0 || run.untrue > 0) process.exitCode = 1;
