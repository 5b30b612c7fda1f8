import { seeded } from '../support/seeded.ts';
import { runReloads, runSchedules } from './limits.ts';

/*
 * node test/fuzz/limits-main.ts [COUNT [SEED]]: compares COUNT random schedules of takes from limits (default 100,000)
 * with a bucket in rational arithmetic, and prints how many were allowed and refused. Exit code 1 at a difference.
 */
const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('node test/fuzz/limits-main.ts [COUNT [SEED]]: COUNT is a whole number above zero');
  process.exit(2);
}
console.log(`seed ${seed}`);
const progress = (round: number) => {
  if (round % 10_000 === 0) process.stderr.write(`${round} of ${count} schedules\n`);
};
console.log(runSchedules(count, seeded(seed), progress));
console.log('reloads', runReloads(count, seeded(seed)));
