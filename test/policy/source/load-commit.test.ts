import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Folder } from '../../../src/policy/source/folder.ts';
import type { Loaded } from '../../../src/policy/source/load.ts';
import { withCommitFolder } from '../../../src/policy/source/load-commit.ts';
import { placeOf } from '../../../src/policy/source/repository-place.ts';
import { commitAll, folderOf, git, put, scratch, texts } from './scratch.ts';

function repository(files: Readonly<Record<string, string>>): { root: string; dir: string } {
  const root = scratch();
  git(root, 'init', '-q');
  put(root, files);
  return { root, dir: join(root, 'p') };
}

/** Loads the folder out of the commit of HEAD and passes it to `use`. */
async function load<T>(dir: string, use: (loaded: Loaded) => T): Promise<T> {
  const place = placeOf(dir);
  if (place === undefined || 'problem' in place) throw new Error('not in a repository');
  return withCommitFolder(dir, place, async (loaded) => use(loaded));
}

async function inCommit<T>(dir: string, use: (folder: Folder) => T): Promise<T> {
  return load(dir, ({ folder, diagnostics }) => {
    if (folder === undefined) throw new Error(diagnostics[0]?.message);
    return use(folder);
  });
}

/** Files of every kind, loose or packed. */
const FILES = {
  'p/a.yaml': 'a',
  'p/sub/deep/b.yml': 'b\r\n',
  'p/keys/k.json': '{"keys": []}',
  'p/.hidden.yaml': 'h',
  'p/README.md': 'r',
  'p/é.yaml': 'é',
  'other/x.yaml': 'x',
};

describe('a folder of a commit equals that of a clean checkout', () => {
  const packs: readonly [string, (root: string) => void][] = [
    ['loose objects', () => {}],
    ['a pack', (root) => void git(root, 'gc', '-q')],
    ['a shared clone', (root) => void git(root, 'clone', '-q', '--shared', root, 'clone')],
  ];
  test.each(packs)('with %s', async (name, pack) => {
    const { root } = repository(FILES);
    symlinkSync('sub/deep', join(root, 'p', 'linked'));
    symlinkSync('../a.yaml', join(root, 'p', 'sub', 'again.yaml'));
    const commit = commitAll(root);
    pack(root);
    const dir = join(root, name === 'a shared clone' ? 'clone/p' : 'p');
    const onDisk = await folderOf(dir);
    onDisk.read('a.yaml', 'keys/k.json');
    const seen = await inCommit(dir, (folder) => {
      folder.read('a.yaml', 'keys/k.json');
      return {
        files: texts(folder.files()),
        digest: folder.digest(),
        commit: folder.commit,
        at: folder.realPath,
      };
    });
    expect(seen).toEqual({
      files: texts(onDisk.files()),
      digest: onDisk.digest(),
      commit,
      at: onDisk.realPath,
    });
    expect(Object.keys(seen.files)).toContain('linked/b.yml');
  });

  test('in a SHA-256 repository, and as the whole repository', async () => {
    const root = scratch();
    git(root, 'init', '-q', '--object-format=sha256');
    put(root, { 'a.yaml': 'a', 'b/c.yaml': 'c' });
    commitAll(root);
    const { digest } = await folderOf(root);
    expect(await inCommit(root, (folder) => folder.digest())).toBe(digest());
  });

  test('in a linked work tree, at its own HEAD', async () => {
    const { root } = repository({ 'p/a.yaml': 'one' });
    commitAll(root);
    git(root, 'worktree', 'add', '-q', '-b', 'other', 'linked');
    put(root, { 'linked/p/a.yaml': 'two' });
    const commit = commitAll(join(root, 'linked'));
    const seen = await inCommit(join(root, 'linked', 'p'), (folder) => [texts(folder.yaml), folder.commit]);
    expect(seen).toEqual([{ 'a.yaml': 'two' }, commit]);
  });

  test('more commits than a cache holds, with large deltas', async () => {
    const { root, dir } = repository({});
    const row = (n: number) => `# ${'x'.repeat(100)} ${n}\n`;
    for (let round = 0; round < 8; round += 1) {
      const text = Array.from({ length: 5000 }, (_, n) => row(n % 7 === 0 ? n + round : n)).join('');
      put(root, { 'p/a.yaml': text, 'p/b.yaml': text.slice(1000) });
      commitAll(root, `${round}`);
    }
    git(root, 'repack', '-q', '-a', '-d', '-f', '--depth=50', '--window=50');
    for (const commit of git(root, 'rev-list', 'HEAD').split('\n')) {
      git(root, 'checkout', '-q', commit);
      expect(await inCommit(dir, (folder) => folder.digest())).toBe((await folderOf(dir)).digest());
    }
  });
});

describe('what a commit cannot give is told', () => {
  test('a folder that it does not have', async () => {
    const { root } = repository({ 'p/a.yaml': 'a' });
    commitAll(root);
    const dir = put(join(root, 'new'), { 'a.yaml': 'a' });
    expect(await load(dir, ({ diagnostics }) => diagnostics)).toMatchObject([
      { code: 'folder_unreadable', message: `\`${dir}\` does not exist` },
    ]);
  });

  test('a repository without commits', async () => {
    const { dir } = repository({ 'p/a.yaml': 'a' });
    const [told] = await load(dir, ({ diagnostics }) => diagnostics);
    expect(told).toMatchObject({ code: 'commit_unreadable' });
    expect(told?.message).toMatch(
      /cannot be read out of the commit of HEAD: HEAD is at `refs\/heads\/main`, which has/,
    );
  });

  test('a file over 1 MiB, a link out of the folder, and a submodule', async () => {
    const { root, dir } = repository({ 'p/a.yaml': 'a', 'x.yaml': 'x' });
    put(root, { 'p/large.yaml': 'x'.repeat(1024 * 1024 + 1), 'p/large.json': 'x'.repeat(1024 * 1024 + 1) });
    symlinkSync('../x.yaml', join(dir, 'up.yaml'));
    symlinkSync('/etc/hostname', join(dir, 'absolute.yaml'));
    symlinkSync('none', join(dir, 'none.yaml'));
    const inner = repository({ 'i.yaml': 'i' });
    commitAll(inner.root);
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'p/inner');
    commitAll(root);
    const [messages, reference] = await load(dir, ({ folder, diagnostics }) => [
      diagnostics.map(({ message }) => message),
      folder?.read('a.yaml', 'large.json'),
    ]);
    expect(messages).toEqual([
      '`absolute.yaml` is a link out of the policy folder',
      '`inner` is a submodule, which a commit does not contain',
      '`large.yaml` is larger than 1 MiB',
      '`none.yaml` is a link to a file that does not exist',
      '`up.yaml` is a link out of the policy folder',
    ]);
    expect(reference).toEqual({ problem: 'is larger than 1 MiB' });
  });

  test('a partial clone without the contents', async () => {
    const { root } = repository({ 'p/a.yaml': 'a' });
    commitAll(root);
    git(root, 'config', 'uploadpack.allowFilter', 'true');
    git(root, 'clone', '-q', '--no-checkout', '--filter=blob:none', `file://${root}`, 'partial');
    const [told] = await load(join(root, 'partial', 'p'), ({ diagnostics }) => diagnostics);
    expect(told?.message).toMatch(
      /partial\/p\/a.yaml`: the repository lacks the blob [0-9a-f]{40}, because it is a partial clone; run/,
    );
  });

  test('a missing object', async () => {
    const { root, dir } = repository({ 'p/a.yaml': 'a' });
    commitAll(root);
    const blob = git(root, 'rev-parse', 'HEAD:p/a.yaml');
    rmSync(join(root, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    const [told] = await load(dir, ({ diagnostics }) => diagnostics);
    expect(told).toMatchObject({ code: 'commit_unreadable', help: expect.stringMatching(/git fsck/) });
  });
});
