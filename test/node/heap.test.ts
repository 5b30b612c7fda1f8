import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../support/tools.ts';

/** A program whose objects live longer than some collections; it prints the bytes of the young generation. */
const YOUNG = `
  const { keepYoungGenerationSmall } = await import('./src/node/heap.ts');
  const { getHeapSpaceStatistics } = await import('node:v8');
  keepYoungGenerationSmall();
  const kept = [];
  for (let each = 0; each < 400_000; each++) kept.push({ each });
  const size = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size;
  console.log(kept.length, size);
`;
const MIB = 1024 * 1024;

async function youngGeneration(...options: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...options, '--input-type=module', '--eval', YOUNG],
    { cwd: ROOT, env: {} },
  );
  return Number(stdout.split(' ')[1]) / MIB;
}

test('the young generation of a sidecar stays small', async () => {
  expect(await youngGeneration()).toBeLessThan(6);
});

test('an option of Node takes precedence', async () => {
  expect(await youngGeneration('--max-semi-space-size=8', '--min-semi-space-size=8')).toBeGreaterThan(6);
});

/**
 * A program whose objects are garbage only once they are in the old generation, as what a server keeps for a while; it
 * prints the most bytes that this generation had.
 */
const OLD = `
  const { keepOldGenerationSmall, keepYoungGenerationSmall } = await import('./src/node/heap.ts');
  const { getHeapSpaceStatistics } = await import('node:v8');
  keepYoungGenerationSmall();
  if (process.argv[1] === 'kept small') {
    keepOldGenerationSmall();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const recent = new Array(50_000).fill(null);
  let most = 0;
  for (let each = 0; each < 3_000_000; each++) {
    recent[each % recent.length] = { each, text: [each] };
    if (each % 10_000 > 0) continue;
    const old = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space');
    most = Math.max(most, old.space_used_size);
  }
  console.log(most);
`;

async function oldGeneration(which: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', OLD, which],
    { cwd: ROOT, env: {} },
  );
  return Number(stdout) / MIB;
}

test('the old generation of a sidecar stays near the size of what lives', async () => {
  const [usual, small] = [await oldGeneration('usual'), await oldGeneration('kept small')];
  expect(small).toBeGreaterThan(1);
  expect(small).toBeLessThan(usual * 0.75);
});
