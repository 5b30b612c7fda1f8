import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.ts';
import { firstPolicy } from '../support/quick-start.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

test('the first policy of the README has no diagnostics and passes its tests', async () => {
  const policy = firstPolicy();
  expect(policy).toContain('kind: Policy\n');
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  await mkdir(join(directory, 'first'));
  await writeFile(join(directory, 'first/policies.yaml'), policy);
  expect(await inProcess(['check', '--strict', 'first'], directory)).toMatchObject({ code: 0, stderr: '' });
  const tested = await inProcess(['test', 'first'], directory);
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 passed/m) });
});
