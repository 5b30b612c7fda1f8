import { seeded } from '../support/seeded.ts';
import { compareOverMutations } from './compare-readers.ts';

/*
 * node test/fuzz/main.ts [COUNT [SEED]]: compares the reader of checks with the reference over COUNT mutations (default
 * 1,000,000) and prints the result. Exit code 1 if they read a message differently.
 */
const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error(
    'node test/fuzz/main.ts [COUNT [SEED]]: COUNT is a whole number above zero, SEED a whole number',
  );
  process.exit(2);
}
console.log(`seed ${seed}`);
const results = compareOverMutations(count, seeded(seed), (round) => {
  if (round % 50_000 === 0) process.stderr.write(`${round} of ${count}\n`);
});
console.log(
  `read as the reference ${results.read}, refused ${results.bad_check}, not HTTP ${results.not_http}`,
);
