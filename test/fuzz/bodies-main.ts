import { seeded } from '../support/seeded.ts';
import { runBodies } from './bodies.ts';

/*
 * node --expose-gc test/fuzz/bodies-main.ts [COUNT [SEED]]: compares COUNT hostile bodies (default 1,000,000) with
 * schemas of all dialects, and prints the results and the memory. Throws if one is let through that its schema forbids.
 */
const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('node test/fuzz/bodies-main.ts [COUNT [SEED]]: COUNT is a whole number above zero');
  process.exit(2);
}
console.log(`seed ${seed}`);
const step = Math.max(1, Math.floor(count / 10));
const results = runBodies(count, seeded(seed), (round) => {
  if (round % step !== 0) return;
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  process.stderr.write(`${round} of ${count} bodies, heap ${(heapUsed / 2 ** 20).toFixed(1)} MiB\n`);
});
console.log('bodies', results);
