import { fileURLToPath } from 'node:url';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';

/** The example policies meet what the documentation asks of policies. */
test('the example policies: every case passes, coverage is complete, and every mutant is killed', async () => {
  await using stack = new AsyncDisposableStack();
  const environment = { XDG_CACHE_HOME: await scratchFolder(stack) };
  const flags = ['--coverage', '--min-coverage', '100', '--min-mutation', '90'];
  const { code, stdout, stderr } = await inProcess(
    ['test', 'policies', ...flags],
    fileURLToPath(ROOT),
    environment,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [, percent = '0'] = /^mutation score (\d+) %/m.exec(stdout) ?? [];
  expect(Number(percent)).toBeGreaterThanOrEqual(90);
}, 120_000);
