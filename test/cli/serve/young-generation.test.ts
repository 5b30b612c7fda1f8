import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../../support/tools.ts';

/** A program whose objects live longer than some collections; it prints the bytes of the young generation. */
const PROGRAM = `
  const { keepYoungGenerationSmall } = await import('./src/cli/serve/young-generation.ts');
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
    [...options, '--input-type=module', '--eval', PROGRAM],
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
