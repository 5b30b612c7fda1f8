import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { historyAt, openHistory, type PolicyHistory } from '../../../src/policy/source/policy-history.ts';
import { commitAll, folderOf, git, put, scratch, texts } from './scratch.ts';

function historyOf(dir: string): PolicyHistory {
  const history = openHistory(dir);
  if ('problem' in history) throw new Error(history.problem);
  return history;
}

async function folderAt(history: PolicyHistory, commit: string) {
  const { folder, diagnostics } = await history.load(commit);
  if (folder === undefined) throw new Error(diagnostics[0]?.message);
  folder.read('a.yaml', 'keys.json');
  return { files: texts(folder.files()), digest: folder.digest(), commit: folder.commit };
}

test('a folder is read as of each commit, whatever the work tree holds', async () => {
  const root = scratch();
  git(root, 'init', '-q');
  const dir = join(root, 'p');
  const expected: unknown[] = [];
  for (const round of ['one', 'two', 'three']) {
    put(dir, { 'a.yaml': round, [`${round}.yaml`]: 'same', 'keys.json': `{"n": "${round}"}` });
    const commit = commitAll(root, round);
    const folder = await folderOf(dir);
    folder.read('a.yaml', 'keys.json');
    expected.push({ files: texts(folder.files()), digest: folder.digest(), commit });
  }
  rmSync(dir, { recursive: true });
  const history = historyOf(dir);
  const commits = ['HEAD~2', 'HEAD~1', 'HEAD'].flatMap((each) => {
    const found = history.repository.resolve(each);
    return typeof found === 'string' ? [found] : [];
  });
  expect(await Promise.all(commits.map((commit) => folderAt(history, commit)))).toEqual(expected);
  history.repository.close();
});

test('commits with equal folders have the same tree, and one without the folder has none', () => {
  const root = scratch();
  git(root, 'init', '-q');
  put(root, { 'other/x.yaml': 'x' });
  const first = commitAll(root);
  put(root, { 'p/a.yaml': 'a' });
  const second = commitAll(root);
  put(root, { 'other/x.yaml': 'y' });
  const third = commitAll(root);
  const history = historyOf(join(root, 'p'));
  expect(history.treeOf(first)).toBeUndefined();
  expect(history.treeOf(second)).toBe(history.treeOf(third));
  const other = historyAt(history, 'other');
  expect(other.treeOf(second)).not.toBe(other.treeOf(third));
  history.repository.close();
});

test('a commit without the folder, and a folder outside of any repository, are problems', async () => {
  const root = scratch();
  git(root, 'init', '-q');
  put(root, { 'x.yaml': 'x' });
  const commit = commitAll(root);
  const history = historyOf(join(root, 'p'));
  const { failure, diagnostics } = await history.load(commit);
  expect(failure).toBe('missing');
  expect(diagnostics[0]).toMatchObject({
    code: 'folder_unreadable',
    message: expect.stringContaining('does not exist'),
  });
  history.repository.close();
  expect(openHistory(scratch())).toEqual({ problem: expect.stringContaining('is not in a git repository') });
});
