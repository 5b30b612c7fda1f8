import { scratchFolder } from '../support/scratch-folder.ts';
import { runGitSwaps } from './git-swaps.ts';
import { gitVersion, versionIn } from './git-versions.ts';

const COUNT = 60;

test(`${COUNT} git commands under load: every answer is of one version, and of the commit that it names`, async () => {
  await using stack = new AsyncDisposableStack();
  const { served, commands, live } = await runGitSwaps({ folder: await scratchFolder(stack), count: COUNT });
  for (const { mode, tally, misnamed, revisions, dirty } of served) {
    expect([mode, tally.errors, tally.disagreements, misnamed]).toEqual([mode, [], [], []]);
    expect(tally.requests).toBeGreaterThan(COUNT);
    expect(revisions).toBeGreaterThan(1);
    if (mode.startsWith('--')) expect(dirty).toBe(0);
  }
  expect(commands.size).toBeGreaterThan(4);
  expect(live.length).toBeGreaterThan(3);
}, 180_000);

test('an answer of a tree of two versions is detected', () => {
  const allowed = (...versions: readonly string[]) => ({
    okResponse: { headers: versions.map((value) => ({ header: { key: 'x', value } })) },
  });
  const one = Array.from(
    { length: Object.keys(gitVersion(0)).filter((name) => name.endsWith('.yaml')).length },
    () => '1',
  );
  expect(versionIn('/live', allowed(...one))).toBe('version 1');
  expect(versionIn('/live', allowed('2', ...one.slice(1)))).toBe('headers of versions 1,2');
  expect(versionIn('/live', allowed(...one.slice(1)))).toBe(`headers of ${one.length - 1} files`);
  expect(versionIn('/3', allowed(...one))).toBe('allowed /3, which no version allows');
});
