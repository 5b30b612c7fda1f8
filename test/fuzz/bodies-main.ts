import { seeded } from '../support/seeded.ts';
import { BODY_KINDS, split } from './body-kinds.ts';

/*
 * node --expose-gc test/fuzz/bodies-main.ts [COUNT [SEED]]: compares COUNT hostile bodies (default 1,000,000) of all
 * kinds with what a schema permits, and prints the results and the memory. Throws if one is let through that its schema
 * forbids.
 */
const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('node test/fuzz/bodies-main.ts [COUNT [SEED]]: COUNT is a whole number above zero');
  process.exit(2);
}
console.log(`seed ${seed}`);
for (const [{ name, run }, part] of split(count, BODY_KINDS)) {
  const step = Math.max(1, Math.floor(part / 4));
  const results = await run(part, seeded(seed), (round) => {
    if (round % step !== 0) return;
    globalThis.gc?.();
    const { heapUsed } = process.memoryUsage();
    process.stderr.write(`${name}: ${round} of ${part}, heap ${(heapUsed / 2 ** 20).toFixed(1)} MiB\n`);
  });
  console.log(name, results);
}
