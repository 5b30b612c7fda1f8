import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../../src/policy/source/file-system.ts';
import { loadFolder } from '../../../src/policy/source/load.ts';
import { commitLike, folderOf, put, putVolume, putWorkTree, scratch, swapLink, texts } from './scratch.ts';

describe('files that are read', () => {
  test('YAML files at any depth, except names that start with a dot', async () => {
    const dir = put(scratch(), {
      'b.yml': 'b',
      'a.yaml': 'a',
      'sub/deep/c.yaml': 'c',
      'README.md': 'no',
      'a.yaml~': 'no',
      '#a.yaml#': 'no',
      '.a.yaml.swp': 'no',
      '.hidden.yaml': 'no',
      '.git/d.yaml': 'no',
      'A.YAML': 'no',
    });
    const folder = await folderOf(dir);
    expect(texts(folder.yaml)).toEqual({ 'a.yaml': 'a', 'b.yml': 'b', 'sub/deep/c.yaml': 'c' });
    expect([...folder.yaml.keys()]).toEqual(['a.yaml', 'b.yml', 'sub/deep/c.yaml']);
    expect(folder).toMatchObject({ dir, realPath: dir });
  });

  test('an empty folder is a folder without files', async () => {
    expect((await folderOf(scratch())).yaml.size).toBe(0);
  });

  test('links inside the folder, to files and folders', async () => {
    const dir = put(scratch(), { 'real/a.yaml': 'a' });
    symlinkSync('real/a.yaml', join(dir, 'b.yaml'));
    symlinkSync('real', join(dir, 'again'));
    const folder = await folderOf(dir);
    expect(texts(folder.yaml)).toEqual({ 'again/a.yaml': 'a', 'b.yaml': 'a', 'real/a.yaml': 'a' });
  });

  test('links in a circle end', async () => {
    const dir = put(scratch(), { 'sub/a.yaml': 'a' });
    symlinkSync('..', join(dir, 'sub', 'up'));
    symlinkSync('loop', join(dir, 'loop'));
    expect(texts((await folderOf(dir)).yaml)).toEqual({ 'sub/a.yaml': 'a' });
  });

  test('a Kubernetes volume, read through ..data so that half-updated links do not matter', async () => {
    const dir = scratch();
    putVolume(dir, '2026_1', { 'a.yaml': 'old a', 'sub/b.yaml': 'old b' });
    put(join(dir, '..2026_2'), { 'a.yaml': 'new a', 'c.yaml': 'new c' });
    swapLink(join(dir, '..data'), '..2026_2'); // before the other links are updated
    const folder = await folderOf(dir);
    expect(texts(folder.yaml)).toEqual({ 'a.yaml': 'new a', 'c.yaml': 'new c' });
    expect(folder.realPath).toBe(join(dir, '..2026_2'));
  });

  test('through a link to a work tree', async () => {
    const root = scratch();
    const commit = commitLike('one');
    putWorkTree(root, commit, { 'policies/a.yaml': 'a' });
    const folder = await folderOf(join(root, 'current', 'policies'));
    expect(folder.realPath).toBe(join(root, '.worktrees', commit, 'policies'));
    expect(folder.dir).toBe(join(root, 'current', 'policies'));
  });
});

describe('folders that do not load', () => {
  const cases: readonly [string, (dir: string) => string, string, string, RegExp][] = [
    ['missing', (dir) => join(dir, 'none'), 'missing', 'folder_unreadable', /none` does not exist$/],
    [
      'below a file',
      (dir) => join(put(dir, { f: '' }), 'f', 'x'),
      'missing',
      'folder_unreadable',
      /does not exist$/,
    ],
    [
      'a file',
      (dir) => join(put(dir, { f: '' }), 'f'),
      'not-a-folder',
      'folder_unreadable',
      /is not a folder$/,
    ],
    [
      'a link to itself',
      (dir) => {
        symlinkSync('me', join(dir, 'me'));
        return join(dir, 'me');
      },
      'unreadable',
      'folder_unreadable',
      /cannot be read \(ELOOP\)$/,
    ],
  ];
  test.each(cases)('%s', async (_name, make, failure, code, message) => {
    const loaded = await loadFolder(make(scratch()));
    expect(loaded).toMatchObject({ failure, diagnostics: [{ code, severity: 'error' }] });
    expect(loaded.diagnostics[0]?.message).toMatch(message);
  });

  test('more than 10,000 files', async () => {
    const dir = put(scratch(), { 'sub/0.txt': '' });
    for (let n = 1; n < 10_000; n += 1) linkSync(join(dir, 'sub/0.txt'), join(dir, 'sub', `${n}.txt`));
    expect((await loadFolder(dir)).failure).toBeUndefined();
    linkSync(join(dir, 'sub/0.txt'), join(dir, 'one-more'));
    const loaded = await loadFolder(dir);
    expect(loaded).toMatchObject({ failure: 'too-many-files', diagnostics: [{ code: 'too_many_files' }] });
    expect(loaded.diagnostics[0]?.message).toMatch(/has more than 10,000 files$/);
  });
});

describe('files that cannot be read leave the others readable', () => {
  const cases: readonly [string, (dir: string) => void, string, string][] = [
    [
      'too large',
      (dir) => writeFileSync(join(dir, 'x.yaml'), 'x'.repeat(1024 * 1024 + 1)),
      'file_too_large',
      '`x.yaml` is larger than 1 MiB',
    ],
    [
      'a link out of the folder',
      (dir) => symlinkSync('/etc/hostname', join(dir, 'x.yaml')),
      'file_unreadable',
      '`x.yaml` is a link out of the policy folder',
    ],
    [
      'a link to a folder outside',
      (dir) => symlinkSync('/etc', join(dir, 'x')),
      'file_unreadable',
      '`x` is a link out of the policy folder',
    ],
    [
      'a link to a missing file',
      (dir) => symlinkSync('none', join(dir, 'x.yaml')),
      'file_unreadable',
      '`x.yaml` is a link to a file that does not exist',
    ],
    [
      'a link to itself',
      (dir) => symlinkSync('x.yaml', join(dir, 'x.yaml')),
      'file_unreadable',
      '`x.yaml` is a link to itself',
    ],
    [
      'a pipe, without waiting for its writer',
      (dir) => execFileSync('mkfifo', [join(dir, 'x.yaml')]),
      'file_unreadable',
      '`x.yaml` is not a regular file',
    ],
  ];
  test.each(cases)('%s', async (_name, spoil, code, message) => {
    const dir = put(scratch(), { 'a.yaml': 'a' });
    spoil(dir);
    const { folder, diagnostics } = await loadFolder(dir);
    expect(texts(folder?.yaml ?? new Map())).toEqual({ 'a.yaml': 'a' });
    expect(diagnostics).toMatchObject([
      { code, message, severity: 'error', span: { file: expect.stringMatching(/^x/) } },
    ]);
  });

  test('a file of exactly 1 MiB is read', async () => {
    const dir = put(scratch(), { 'a.yaml': 'x'.repeat(1024 * 1024) });
    expect((await loadFolder(dir)).diagnostics).toEqual([]);
  });
});

describe('a folder that changes while it is read', () => {
  /** A file system that calls `happen` before each of the first reads of one file. */
  function interrupted(name: string, times: number, happen: () => void): FileSystem {
    let left = times;
    return {
      ...nodeFileSystem,
      async read(path) {
        if (path.endsWith(name) && left > 0) {
          left -= 1;
          happen();
        }
        return nodeFileSystem.read(path);
      },
    };
  }

  test('git-sync replaces the link and deletes the old tree: only the new tree is read', async () => {
    const root = scratch();
    const [one, two] = [commitLike('one'), commitLike('two')];
    putWorkTree(root, one, { 'a.yaml': 'old', 'b.yaml': 'old' });
    const fileSystem = interrupted('b.yaml', 1, () =>
      putWorkTree(root, two, { 'a.yaml': 'new', 'b.yaml': 'new' }, one),
    );
    const folder = await folderOf(join(root, 'current'), fileSystem);
    expect(texts(folder.yaml)).toEqual({ 'a.yaml': 'new', 'b.yaml': 'new' });
    expect(folder.realPath).toContain(two);
  });

  test('a link that is replaced while the old tree remains is detected too', async () => {
    const root = scratch();
    const [one, two] = [commitLike('one'), commitLike('two')];
    putWorkTree(root, one, { 'a.yaml': 'old' });
    const fileSystem = interrupted('a.yaml', 1, () => putWorkTree(root, two, { 'a.yaml': 'new' }));
    expect(texts((await folderOf(join(root, 'current'), fileSystem)).yaml)).toEqual({ 'a.yaml': 'new' });
  });

  test('a file that is edited after its read is read again, so that versions do not mix', async () => {
    const dir = put(scratch(), { 'a.yaml': 'old', 'b.yaml': 'old' });
    const fileSystem = interrupted('b.yaml', 1, () => put(dir, { 'a.yaml': 'newer', 'b.yaml': 'newer' }));
    expect(texts((await folderOf(dir, fileSystem)).yaml)).toEqual({ 'a.yaml': 'newer', 'b.yaml': 'newer' });
  });

  test('the commit is that of the files that were read', async () => {
    const dir = scratch();
    const volume = (version: string) =>
      putVolume(dir, version, { 'a.yaml': version, REVISION: `${commitLike(version)}\n` });
    volume('1');
    const folder = await folderOf(
      dir,
      interrupted('a.yaml', 1, () => volume('2')),
    );
    expect([texts(folder.yaml)['a.yaml'], folder.revisionText?.trim()]).toEqual(['2', commitLike('2')]);
    // A later commit does not change it.
    volume('3');
    expect(folder.revisionText?.trim()).toBe(commitLike('2'));
  });

  test('a deleted folder is missing', async () => {
    const dir = put(join(scratch(), 'p'), { 'a.yaml': 'old' });
    const fileSystem = interrupted('a.yaml', 1, () => rmSync(dir, { recursive: true }));
    expect(await loadFolder(dir, fileSystem)).toMatchObject({ failure: 'missing' });
  });

  test('a folder that never stops changing does not load', async () => {
    const dir = put(scratch(), { 'a.yaml': 'a' });
    const fileSystem = interrupted('a.yaml', Number.POSITIVE_INFINITY, () =>
      appendFileSync(join(dir, 'a.yaml'), 'x'),
    );
    const loaded = await loadFolder(dir, fileSystem);
    expect(loaded).toMatchObject({ failure: 'unsettled', diagnostics: [{ code: 'folder_unreadable' }] });
    expect(loaded.diagnostics[0]?.message).toMatch(/kept changing while it was read$/);
  });

  test('a log file in the folder that keeps changing does not matter', async () => {
    const dir = put(scratch(), { 'a.yaml': 'a', 'x.log': '' });
    const fileSystem = interrupted('a.yaml', Number.POSITIVE_INFINITY, () =>
      appendFileSync(join(dir, 'x.log'), 'x'),
    );
    expect((await loadFolder(dir, fileSystem)).failure).toBeUndefined();
  });
});

describe('references', () => {
  const layout = {
    'p/a.yaml': '',
    'p/keys/k.json': 'k',
    's.json': 's',
    'p/.secret/x.json': 'x',
    'q/b.json': 'b',
  };

  test.each([
    ['keys/k.json', 'p/keys/k.json', 'k'],
    ['./keys/../keys/k.json', 'p/keys/k.json', 'k'],
    ['../s.json', 's.json', 's'],
    ['inside.json', 'p/inside.json', 's'],
    ['a.yaml', 'p/a.yaml', ''],
  ])('%s is found', async (reference, path, content) => {
    const dir = put(scratch(), layout);
    symlinkSync('../s.json', join(dir, 'p/inside.json'));
    const found = (await folderOf(dir)).read('p/a.yaml', reference);
    expect(found).toEqual({ path, bytes: Buffer.from(content) });
  });

  test.each([
    ['none.json', 'does not exist'],
    ['keys', 'is a folder'],
    ['..', 'is a folder'],
    ['../..', 'is outside of the policy folder'],
    ['../../s.json', 'is outside of the policy folder'],
    ['/etc/passwd', 'is an absolute path; write it relative to this file'],
    ['outside.json', 'is a link out of the policy folder'],
    ['out/hostname', 'is a link out of the policy folder'],
    ['.secret/x.json', 'has a name that starts with a dot, which policy folders ignore'],
    ['keys\\k.json', 'has a backslash; separate names with `/`'],
    ['', 'is not a valid path'],
    ['a\0b', 'is not a valid path'],
    ['large.json', 'is larger than 1 MiB'],
  ])('%j is rejected: it %s', async (reference, problem) => {
    const dir = put(scratch(), { ...layout, 'p/large.json': 'x'.repeat(1024 * 1024 + 1) });
    symlinkSync('/etc/hostname', join(dir, 'p/outside.json'));
    symlinkSync('/etc', join(dir, 'p/out'));
    const { folder } = await loadFolder(dir);
    if (folder === undefined) throw new Error('not loaded');
    expect(folder.read('p/a.yaml', reference)).toEqual({ problem });
    expect([...folder.files().keys()]).toEqual(['p/a.yaml']);
  });

  test('a referenced file that changed since the pass makes the folder torn', async () => {
    const dir = put(scratch(), { 'a.yaml': '', 'k.json': 'old' });
    const folder = await folderOf(dir);
    expect(folder.isTorn()).toBe(false);
    put(dir, { 'k.json': 'newer' });
    folder.read('a.yaml', 'k.json');
    expect(folder.isTorn()).toBe(true);
  });

  test('a referenced file that was deleted since the pass makes the folder torn', async () => {
    const dir = put(scratch(), { 'a.yaml': '', 'k.json': 'old' });
    const folder = await folderOf(dir);
    rmSync(join(dir, 'k.json'));
    expect(folder.read('a.yaml', 'k.json')).toEqual({ problem: 'cannot be read (ENOENT)' });
    expect(folder.isTorn()).toBe(true);
  });
});

describe('the digest', () => {
  async function digest(files: Readonly<Record<string, string>>): Promise<string> {
    return (await folderOf(put(scratch(), files))).digest();
  }

  test('is the SHA-256 of the output of sha256sum', async () => {
    const names = ['a.yaml', 'a\\b\nc.yaml', 'b.yaml'];
    const dir = put(scratch(), Object.fromEntries(names.map((name) => [name, `content of ${name}`])));
    const printed = execFileSync('sha256sum', names, { cwd: dir });
    expect((await folderOf(dir)).digest()).toBe(
      `sha256:${createHash('sha256').update(printed).digest('hex')}`,
    );
  });

  test('depends only on path and content of the files that are read', async () => {
    const first = await digest({ 'a.yaml': '1', 'b.yaml': '2' });
    expect(await digest({ 'b.yaml': '2', 'a.yaml': '1', 'README.md': 'x' })).toBe(first);
    const others = await Promise.all([
      digest({ 'a.yaml': '2', 'b.yaml': '1' }),
      digest({ 'a.yaml': '1' }),
      digest({ 'a.yaml': '1', 'c.yaml': '2' }),
      digest({ 'a.yaml': '12', 'b.yaml': '' }),
      digest({ 'a.yaml': '1', 'b.yaml': '2', 'c.yaml': '' }),
      digest({}),
    ]);
    expect(new Set([first, ...others]).size).toBe(others.length + 1);
  });

  test('includes a referenced file after its read, in any order', async () => {
    const dir = put(scratch(), { 'a.yaml': '', 'j.json': 'j', 'k.json': 'k' });
    const [one, two] = [await folderOf(dir), await folderOf(dir)];
    const before = one.digest();
    one.read('a.yaml', 'j.json');
    one.read('a.yaml', 'k.json');
    two.read('a.yaml', 'k.json');
    expect(new Set([before, one.digest(), two.digest()]).size).toBe(3);
    expect(two.digestWith(['j.json', 'k.json'])).toBe(one.digest());
    two.read('a.yaml', 'j.json');
    expect(two.digest()).toBe(one.digest());
    expect(two.digestWith(['none'])).toBeUndefined();
  });

  test('does not depend on the location of the folder', async () => {
    const dir = put(join(scratch(), 'here'), { 'a.yaml': 'a' });
    const before = (await folderOf(dir)).digest();
    mkdirSync(join(dir, '..', 'there'));
    renameSync(dir, join(dir, '..', 'there', 'x'));
    expect((await folderOf(join(dir, '..', 'there', 'x'))).digest()).toBe(before);
  });
});
