import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { findGitDir, headCommit } from '../../../src/git/git-dir.ts';
import { findRevision, type RevisionFound } from '../../../src/policy/source/find-revision.ts';
import { commitAll, commitLike, folderOf, git, put, putVolume, putWorkTree, scratch } from './scratch.ts';

async function find(dir: string, flag?: string): Promise<RevisionFound> {
  return findRevision(await folderOf(dir), flag === undefined ? {} : { flag });
}

/** A repository with one commit and with policies in a folder. */
function repository(files: Readonly<Record<string, string>> = { 'policies/a.yaml': 'a', 'README.md': 'r' }): {
  root: string;
  dir: string;
  commit: string;
} {
  const root = scratch();
  git(root, 'init', '-q');
  put(root, files);
  return { root, dir: join(root, 'policies'), commit: commitAll(root) };
}

describe('the order of sources', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(commitLike) as [string, string, string, string];

  test('first a git-sync work tree', async () => {
    const root = scratch();
    git(root, 'init', '-q');
    put(root, { 'x.txt': '' });
    commitAll(root);
    putWorkTree(root, a, { 'p/a.yaml': 'a', 'p/REVISION': b });
    const { revision, notes } = await find(join(root, 'current', 'p'), c);
    expect(revision).toMatchObject({ commit: a, dirty: false, source: 'git-sync' });
    expect(revision.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(notes).toEqual([]);
  });

  test('then .git above the folder', async () => {
    const { dir, commit } = repository({ 'policies/a.yaml': 'a', 'policies/REVISION': b });
    expect((await find(dir, c)).revision).toMatchObject({ commit, dirty: false, source: 'git' });
  });

  test('then REVISION', async () => {
    const dir = put(scratch(), { 'a.yaml': 'a', REVISION: `${b}\n` });
    expect((await find(dir, c)).revision).toMatchObject({ commit: b, dirty: false, source: 'file' });
  });

  test('REVISION of a Kubernetes volume', async () => {
    const dir = scratch();
    putVolume(dir, '1', { 'a.yaml': 'a', REVISION: d });
    expect((await find(dir)).revision).toMatchObject({ commit: d, source: 'file' });
  });

  test('then the flag', async () => {
    const dir = put(scratch(), { 'a.yaml': 'a' });
    expect((await find(dir, c)).revision).toMatchObject({ commit: c, dirty: false, source: 'flag' });
  });

  test('then the digest alone', async () => {
    const { revision, notes } = await find(put(scratch(), { 'a.yaml': 'a' }));
    expect(revision).toMatchObject({ commit: '', dirty: false, source: 'digest' });
    expect(notes).toEqual([]);
  });

  test.each(['', 'main', 'abc1234', 'A'.repeat(40), `${'a'.repeat(40)} x`])(
    'REVISION %j is skipped with a note',
    async (text) => {
      const { revision, notes } = await find(put(scratch(), { 'a.yaml': 'a', REVISION: text }), c);
      expect(revision).toMatchObject({ commit: c, source: 'flag' });
      expect(notes).toMatchObject([expect.stringMatching(/REVISION` is not a commit/)]);
    },
  );

  test('a flag that is not a commit is skipped with a note', async () => {
    const { revision, notes } = await find(put(scratch(), { 'a.yaml': 'a' }), 'v1.2');
    expect(revision).toMatchObject({ commit: '', source: 'digest' });
    expect(notes).toMatchObject([expect.stringMatching(/^`--revision` is not a commit/)]);
  });

  test.each([
    ['.worktrees', commitLike('x')],
    ['worktrees', commitLike('x')],
    ['.git-sync', commitLike('x').padEnd(64, '0')],
  ])('a work tree in %s named %s', async (parent, commit) => {
    const dir = put(join(scratch(), parent, commit, 'deep', 'down'), { 'a.yaml': 'a' });
    expect((await find(dir)).revision).toMatchObject({ commit, source: 'git-sync' });
  });

  test('a folder that only looks like a commit is not a git-sync work tree', async () => {
    const dir = put(join(scratch(), commitLike('x')), { 'a.yaml': 'a' });
    expect((await find(dir)).revision.source).toBe('digest');
  });
});

describe('a commit is found', () => {
  const shapes: readonly [string, (root: string, commit: string) => string][] = [
    ['on a branch', (root) => root],
    [
      'with packed references and packed objects',
      (root) => {
        git(root, 'pack-refs', '--all');
        git(root, 'gc', '-q');
        expect(readdirSync(join(root, '.git', 'refs', 'heads'))).toEqual([]);
        return root;
      },
    ],
    [
      'detached',
      (root, commit) => {
        git(root, 'checkout', '-q', commit);
        return root;
      },
    ],
    [
      'in a linked work tree',
      (root) => {
        git(root, 'worktree', 'add', '-q', '-b', 'team/other', 'linked');
        return join(root, 'linked');
      },
    ],
    [
      'in a linked work tree of a packed repository',
      (root) => {
        git(root, 'worktree', 'add', '-q', '-b', 'team/other', 'linked');
        git(root, 'gc', '-q');
        return join(root, 'linked');
      },
    ],
    [
      'in a clone that borrows its objects',
      (root) => {
        git(root, 'clone', '-q', '--shared', root, 'borrowed');
        return join(root, 'borrowed');
      },
    ],
    [
      'in a shallow clone',
      (root) => {
        put(root, { 'policies/a.yaml': 'a', 'other.txt': 'x' });
        commitAll(root);
        git(root, 'clone', '-q', '--depth', '1', `file://${root}`, 'shallow');
        return join(root, 'shallow');
      },
    ],
    [
      'in a submodule',
      (root) => {
        const outer = scratch();
        git(outer, 'init', '-q');
        git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', root, 'inner');
        return join(outer, 'inner');
      },
    ],
  ];
  test.each(shapes)('%s, clean and then dirty', async (_name, shape) => {
    const { root, commit } = repository();
    const tree = shape(root, commit);
    const head = git(tree, 'rev-parse', 'HEAD');
    const dir = join(tree, 'policies');
    const { revision, notes } = await find(dir);
    expect(revision).toMatchObject({ commit: head, dirty: false, source: 'git' });
    expect(notes).toEqual([]);
    put(dir, { 'a.yaml': 'b' });
    expect((await find(dir)).revision).toMatchObject({ commit: head, dirty: true, source: 'git' });
  });

  test('in a repository of SHA-256', async () => {
    const root = scratch();
    git(root, 'init', '-q', '--object-format=sha256');
    put(root, { 'a.yaml': 'a' });
    const commit = commitAll(root);
    expect(commit).toHaveLength(64);
    expect((await find(root)).revision).toMatchObject({ commit, dirty: false, source: 'git' });
    git(root, 'gc', '-q');
    put(root, { 'a.yaml': 'b' });
    expect((await find(root)).revision).toMatchObject({ commit, dirty: true });
  });

  test('in packs with chains of deltas, near and by name', async () => {
    const root = scratch();
    git(root, 'init', '-q');
    for (let round = 0; round < 12; round += 1) {
      const files: Record<string, string> = {};
      // Each round keeps the changes of the one before, so that the nearest tree is always the best base.
      for (let n = 0; n < 120; n += 1)
        files[`policies/file-${n}.yaml`] = `${n} ${n <= round ? 'later' : 'first'}`;
      put(root, files);
      commitAll(root, `round ${round}`);
    }
    for (const base of ['--delta-base-offset', '--no-delta-base-offset']) {
      git(root, '-c', 'pack.threads=1', 'repack', '-q', '-a', '-d', '-f', '--depth=50', '--window=50');
      const packs = join(root, '.git', 'objects', 'pack');
      if (base.startsWith('--no'))
        git(
          root,
          '-c',
          'pack.threads=1',
          '-c',
          'repack.useDeltaBaseOffset=false',
          'repack',
          '-q',
          '-a',
          '-d',
          '-f',
        );
      const index = readdirSync(packs).find((name) => name.endsWith('.idx')) ?? '';
      expect(git(packs, 'verify-pack', '-v', index)).toMatch(/chain length = [2-9]/);
      for (const commit of git(root, 'rev-list', 'HEAD').split('\n').slice(0, 8)) {
        git(root, 'checkout', '-q', commit);
        expect((await find(join(root, 'policies'))).revision).toMatchObject({ commit, dirty: false });
      }
    }
  });

  test('without the git program, from a layout written by the test', async () => {
    const root = scratch();
    function object(type: string, body: Buffer): string {
      const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
      const id = createHash('sha1').update(whole).digest('hex');
      put(join(root, '.git', 'objects', id.slice(0, 2)), { [id.slice(2)]: deflateSync(whole) });
      return id;
    }
    const blob = object('blob', Buffer.from('a'));
    const tree = object('tree', Buffer.concat([Buffer.from('100644 a.yaml\0'), Buffer.from(blob, 'hex')]));
    const commit = object('commit', Buffer.from(`tree ${tree}\n\nby hand\n`));
    put(root, {
      'a.yaml': 'a',
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/packed-refs': `# pack-refs with: peeled\n${commit} refs/heads/main\n${blob} refs/tags/t\n^${tree}\n`,
    });
    expect((await find(root)).revision).toMatchObject({ commit, dirty: false, source: 'git' });
  });
});

describe('dirty', () => {
  const cases: readonly [string, boolean, (dir: string, root: string) => void][] = [
    ['nothing done', false, () => {}],
    ['a file edited', true, (dir) => appendFileSync(join(dir, 'a.yaml'), '\n')],
    ['a file added', true, (dir) => put(dir, { 'new.yaml': '' })],
    [
      'an ignored file added',
      true,
      (_dir, root) => put(root, { '.git/info/exclude': '*', 'policies/x.yaml': '' }),
    ],
    ['a file removed', true, (dir) => rmSync(join(dir, 'sub/b.yaml'))],
    ['a file renamed', true, (dir) => renameSync(join(dir, 'a.yaml'), join(dir, 'c.yaml'))],
    ['a referenced file edited', true, (dir) => put(dir, { 'k.json': 'other' })],
    ['a file that is not read edited', false, (dir) => put(dir, { 'notes.md': 'other' })],
    ['a file that is not read removed', false, (dir) => rmSync(join(dir, 'notes.md'))],
    ['a file outside of the folder edited', false, (_dir, root) => put(root, { 'README.md': 'other' })],
    [
      'a file edited and put back',
      false,
      (dir) => {
        put(dir, { 'a.yaml': 'x' });
        put(dir, { 'a.yaml': 'a' });
      },
    ],
    ['line ends rewritten', true, (dir) => put(dir, { 'sub/b.yaml': 'b\r\n' })],
    [
      'an edit that is staged',
      true,
      (dir, root) => {
        put(dir, { 'a.yaml': 'x' });
        git(root, 'add', '-A');
      },
    ],
    [
      'a link turned to another file',
      true,
      (dir) => {
        rmSync(join(dir, 'link.yaml'));
        symlinkSync('sub/b.yaml', join(dir, 'link.yaml'));
      },
    ],
    [
      'a link replaced by a file of the same content',
      false,
      (dir) => {
        rmSync(join(dir, 'link.yaml'));
        put(dir, { 'link.yaml': 'a' });
      },
    ],
    ['a linked folder removed', true, (dir) => rmSync(join(dir, 'again'))],
  ];
  test.each(cases)('%s: %s', async (_name, dirty, change) => {
    const root = scratch();
    git(root, 'init', '-q');
    const dir = put(join(root, 'policies'), {
      'a.yaml': 'a',
      'sub/b.yaml': 'b\n',
      'k.json': 'k',
      'notes.md': '',
      '.hidden.yaml': 'h',
      '../README.md': 'r',
    });
    symlinkSync('sub/../../policies/a.yaml', join(dir, 'link.yaml'));
    symlinkSync('sub', join(dir, 'again'));
    symlinkSync('..', join(dir, 'sub', 'up'));
    const commit = commitAll(root);
    change(dir, root);
    const folder = await folderOf(dir);
    folder.read('a.yaml', 'k.json');
    const { revision, notes } = await findRevision(folder);
    expect(revision).toMatchObject({ commit, dirty, source: 'git' });
    expect(notes).toHaveLength(dirty ? 1 : 0);
  });

  test('a commit of the edits makes it clean', async () => {
    const { root, dir } = repository();
    put(dir, { 'a.yaml': 'x' });
    expect((await find(dir)).revision.dirty).toBe(true);
    const commit = commitAll(root);
    expect((await find(dir)).revision).toMatchObject({ commit, dirty: false });
  });

  test('a folder that is not in the commit', async () => {
    const { root, commit } = repository();
    const { revision, notes } = await find(put(join(root, 'others'), { 'o.yaml': '' }));
    expect(revision).toMatchObject({ commit, dirty: true });
    expect(notes).toEqual(['`o.yaml` is not in the commit']);
  });

  test('a git-sync work tree whose repository is available', async () => {
    const { root, commit } = repository();
    git(root, 'worktree', 'add', '-q', '--detach', `.worktrees/${commit}`);
    const dir = join(root, '.worktrees', commit, 'policies');
    expect((await find(dir)).revision).toMatchObject({ commit, dirty: false, source: 'git-sync' });
    put(dir, { 'a.yaml': 'by hand' });
    expect((await find(dir)).revision).toMatchObject({ commit, dirty: true, source: 'git-sync' });
  });
});

describe('a broken .git is skipped with a note', () => {
  const flag = commitLike('flag');
  const cases: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
    [
      'a repository without commits',
      { '.git/HEAD': 'ref: refs/heads/main' },
      /refs\/heads\/main`, which has no commit/,
    ],
    ['a HEAD of nonsense', { '.git/HEAD': 'nonsense' }, /`HEAD` of .* names no commit/],
    ['a HEAD that climbs', { '.git/HEAD': 'ref: refs/../../../x' }, /`HEAD` of .* names no commit/],
    ['an empty HEAD', { '.git/HEAD': '' }, /`HEAD` of .* names no commit/],
    [
      'references in a circle',
      { '.git/HEAD': 'ref: refs/a', '.git/refs/a': 'ref: refs/b', '.git/refs/b': 'ref: refs/a' },
      /too many references/,
    ],
    ['a file that names nothing', { '.git': 'nonsense' }, /names no git folder/],
    ['a file that names a missing folder', { '.git': 'gitdir: ../gone' }, /which is not a git folder/],
  ];
  test.each(cases)('%s', async (_name, files, note) => {
    const dir = put(scratch(), { 'a.yaml': 'a', ...files });
    const { revision, notes } = await find(dir, flag);
    expect(revision).toMatchObject({ commit: flag, source: 'flag' });
    expect(notes).toMatchObject([expect.stringMatching(note)]);
  });

  test('an empty folder named .git is not a repository', async () => {
    const dir = put(scratch(), { 'a.yaml': 'a' });
    mkdirSync(join(dir, '.git'));
    expect(await find(dir, flag)).toMatchObject({ revision: { commit: flag }, notes: [] });
  });

  test('a commit with missing objects still names the revision, as dirty', async () => {
    const { root, dir, commit } = repository({ 'policies/a.yaml': 'lost' });
    rmSync(join(root, '.git', 'objects'), { recursive: true });
    const { revision, notes } = await find(dir);
    expect(revision).toMatchObject({ commit, dirty: true, source: 'git' });
    expect(notes).toMatchObject([expect.stringMatching(/cannot be compared .* lacks the commit/)]);
  });

  test('damaged packs are dirty', async () => {
    const { root, dir } = repository({ 'policies/a.yaml': 'damage', 'policies/b/c.yaml': 'x' });
    git(root, 'gc', '-q');
    const packs = join(root, '.git', 'objects', 'pack');
    execFileSync('chmod', ['-R', 'u+w', packs]);
    for (const name of readdirSync(packs)) {
      const fresh = scratch();
      execFileSync('cp', ['-r', `${root}/.`, fresh]);
      writeFileSync(join(fresh, '.git/objects/pack', name), Buffer.alloc(1500, 0xa5));
      const { revision } = await find(join(fresh, 'policies'));
      expect(revision.commit).toMatch(/^[0-9a-f]{40}$/);
      if (/\.(pack|idx)$/.test(name)) expect(revision.dirty).toBe(true);
    }
    expect((await find(dir)).revision.dirty).toBe(false);
  });
});

test('HEAD is read again when packed-refs is replaced', () => {
  const { root } = repository();
  const read = () => {
    const found = findGitDir(join(root, 'policies'));
    return found === undefined || 'problem' in found ? found : headCommit(found);
  };
  git(root, 'pack-refs', '--all');
  expect(read()).toBe(git(root, 'rev-parse', 'HEAD'));
  put(root, { 'x.txt': 'x' });
  const commit = commitAll(root);
  git(root, 'pack-refs', '--all');
  expect(read()).toBe(commit);
});
