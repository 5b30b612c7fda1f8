import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { findGitDir, gitDirIn, headCommit } from '../../src/git/git-dir.ts';
import { readCommitTree } from '../../src/git/git-tree.ts';
import { openObjects } from '../../src/git/object-store.ts';
import { findRevision } from '../../src/policy/source/find-revision.ts';
import { PolicyStore } from '../../src/policy/source/store.ts';
import { commitAll, folderOf, git, put, scratch } from '../policy/source/scratch.ts';
import { barePolicy, bareSet } from '../support/bare-policy.ts';
import { type Delta, writePack } from './write-pack.ts';

function repository(files: Readonly<Record<string, string>> = { 'p/a.yaml': 'a' }): string {
  const root = scratch();
  git(root, 'init', '-q');
  put(root, files);
  commitAll(root);
  return root;
}

async function find(dir: string) {
  return findRevision(await folderOf(dir));
}

/** The commit of HEAD, or the problem. */
function head(root: string): unknown {
  const found = findGitDir(root);
  return found === undefined || 'problem' in found ? found : headCommit(found);
}

/** The path of an object that is a file of its own. */
function looseFile(root: string, id: string): string {
  return join(root, '.git', 'objects', id.slice(0, 2), id.slice(2));
}

/** Replaces the content of an object and keeps its ID. */
function forge(root: string, id: string, type: string, body: Buffer): void {
  rmSync(looseFile(root, id));
  writeFileSync(
    looseFile(root, id),
    deflateSync(Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body])),
  );
}

describe('a pipe instead of a file does not block the process', () => {
  test.each([
    ['HEAD', /HEAD` is not a regular file/],
    ['commondir', /commondir` is not a regular file/],
    ['refs/heads/main', /main` is not a regular file/],
    ['packed-refs', /packed-refs` is not a regular file/],
  ])('%s', async (name, note) => {
    const root = scratch();
    put(root, { 'deep/p/a.yaml': 'a', '.git/HEAD': 'ref: refs/heads/main' });
    mkdirSync(join(root, '.git', 'refs', 'heads'), { recursive: true });
    rmSync(join(root, '.git', name), { force: true });
    execFileSync('mkfifo', [join(root, '.git', name)]);
    const { revision, notes } = await find(join(root, 'deep', 'p'));
    expect(revision).toMatchObject({ commit: '', source: 'digest' });
    expect(notes).toMatchObject([expect.stringMatching(note)]);
  });

  test.each(['objects/info/alternates', 'an object'])('%s', async (name) => {
    const root = repository();
    const tree = git(root, 'rev-parse', 'HEAD^{tree}');
    const path = name === 'an object' ? looseFile(root, tree) : join(root, '.git', name);
    rmSync(path, { force: true });
    execFileSync('mkfifo', [path]);
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision.dirty).toBe(true);
    expect(notes).toMatchObject([expect.stringMatching(/is not a regular file/)]);
  });
});

describe('text files of git are bounded', () => {
  test.each([
    ['HEAD', (root: string) => put(root, { '.git/HEAD': 'x'.repeat(70_000) }), /more than 65,536 bytes/],
    [
      'a reference with a long name',
      (root: string) => put(root, { '.git/HEAD': `ref: refs/heads/${'x'.repeat(60_000)}` }),
      /ENAMETOOLONG/,
    ],
    [
      'a .git file that names itself',
      (root: string) => {
        rmSync(join(root, '.git'), { recursive: true });
        put(root, { '.git': 'gitdir: .git' });
      },
      /is not a git folder/,
    ],
    [
      'a .git that links to itself',
      (root: string) => {
        rmSync(join(root, '.git'), { recursive: true });
        symlinkSync('.git', join(root, '.git'));
      },
      /ELOOP/,
    ],
  ])('%s', async (_name, spoil, note) => {
    const root = repository();
    spoil(root);
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision).toMatchObject({ commit: '', source: 'digest' });
    expect(notes).toMatchObject([expect.stringMatching(note)]);
  });

  test('a branch in a packed-refs of several megabytes is found, also on the border of two parts', () => {
    const root = repository();
    const commit = git(root, 'rev-parse', 'HEAD');
    rmSync(join(root, '.git', 'refs', 'heads', 'main'));
    const line = (name: string) => `${'0'.repeat(40)} refs/heads/${name}\n`;
    const part = 1024 * 1024;
    for (const before of [part - 60, part - 41, part - 20, part, 2 * part - 30, 3 * part]) {
      const filler = line('x'.repeat(1000 - line('').length)).repeat(Math.floor(before / 1000));
      const rest = before - filler.length;
      const padding =
        rest < 60
          ? '#'.repeat(Math.max(0, rest - 1)) + (rest > 0 ? '\n' : '')
          : line('y'.repeat(rest - line('').length));
      const text = `${filler}${padding}${commit} refs/heads/main\n${line('z').repeat(30_000)}`;
      expect(text.indexOf(commit)).toBe(before);
      put(root, { '.git/packed-refs': text });
      expect(head(root)).toBe(commit);
    }
  });

  test('a packed-refs of more than 64 MiB is not read', () => {
    const root = repository();
    rmSync(join(root, '.git', 'refs', 'heads', 'main'));
    put(root, { '.git/packed-refs': '' });
    truncateSync(join(root, '.git', 'packed-refs'), 65 * 1024 * 1024);
    expect(() => head(root)).toThrow(/more than 64 MiB/);
  });
});

describe('the owner of git files', () => {
  const STRANGER = 54_321;

  /** Makes paths belong to another user: by `chown` for root, by another user of the process for others. */
  function giveAway(...paths: readonly string[]): void {
    const user = process.geteuid?.() ?? 0;
    if (user === 0) for (const path of paths) chownSync(path, STRANGER, STRANGER);
    else process.geteuid = () => user + 1;
  }

  const { geteuid } = process;
  afterEach(() => {
    Object.assign(process, { geteuid });
  });

  test('a .git of another user in a folder above is not read', async () => {
    const root = repository();
    giveAway(join(root, '.git'));
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision).toMatchObject({ commit: '', source: 'digest' });
    expect(notes).toMatchObject([expect.stringMatching(/`.*\.git` belongs to user \d+, neither to user/)]);
  });

  test('--require-revision refuses it, and says why', async () => {
    const root = repository();
    giveAway(join(root, '.git'));
    const compile = () => ({ set: bareSet([barePolicy('a')]), diagnostics: [] });
    const store = new PolicyStore({ dir: join(root, 'p'), compile, requireRevision: true, now: Date.now });
    const { diagnostics } = await store.reload();
    expect(diagnostics[0]?.message).toMatch(/which `--require-revision` requires: `.*\.git` belongs to user/);
  });

  test('a .git file that leads to a folder of another user is not read', () => {
    const root = repository();
    git(root, 'worktree', 'add', '-q', 'linked');
    giveAway(join(root, '.git', 'worktrees', 'linked'));
    expect(gitDirIn(join(root, 'linked'))).toMatchObject({
      problem: expect.stringMatching(/belongs to user/),
    });
  });

  test('a repository of root is read by every user', () => {
    const root = repository();
    if (process.geteuid?.() === 0) process.geteuid = () => STRANGER;
    expect(head(root)).toBe(git(root, 'rev-parse', 'HEAD'));
  });
});

describe('an object whose content has another ID is never clean', () => {
  const EVIL = Buffer.from('evil');
  const blobOf = (body: Buffer) => createHash('sha1').update(`blob ${body.length}\0`).update(body).digest();

  test.each([false, true])('a forged tree (in a pack: %s)', async (packed) => {
    const root = repository();
    const tree = git(root, 'rev-parse', 'HEAD:p');
    const body = Buffer.concat([Buffer.from('100644 a.yaml\0'), blobOf(EVIL)]);
    if (packed) {
      rmSync(looseFile(root, tree));
      writePack(root, [{ id: tree, type: 'tree', body }]);
    } else {
      forge(root, tree, 'tree', body);
    }
    put(root, { 'p/a.yaml': EVIL });
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision.dirty).toBe(true);
    expect(notes[0]).toMatch(
      new RegExp(`the tree ${tree} is forged or damaged: its content has the ID [0-9a-f]{40}$`),
    );
  });

  test('a forged commit', async () => {
    const root = repository();
    const commit = git(root, 'rev-parse', 'HEAD');
    put(root, { 'p/a.yaml': EVIL });
    git(root, 'add', '-A');
    const other = git(root, 'write-tree');
    forge(root, commit, 'commit', Buffer.from(`tree ${other}\n\n`));
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision).toMatchObject({ commit, dirty: true });
    expect(notes[0]).toMatch(/the commit [0-9a-f]{40} is forged or damaged/);
  });

  test('a forged tree of a SHA-256 repository', async () => {
    const root = scratch();
    git(root, 'init', '-q', '--object-format=sha256');
    put(root, { 'p/a.yaml': 'a' });
    commitAll(root);
    const tree = git(root, 'rev-parse', 'HEAD:p');
    const id = createHash('sha256').update('blob 4\0').update(EVIL).digest();
    forge(root, tree, 'tree', Buffer.concat([Buffer.from('100644 a.yaml\0'), id]));
    put(root, { 'p/a.yaml': EVIL });
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision.dirty).toBe(true);
    expect(notes[0]).toMatch(/the tree [0-9a-f]{64} is forged or damaged/);
  });
});

describe('objects that cost far more than their size', () => {
  const id = (n: number) => n.toString(16).padStart(40, '0');
  const MIB = 1024 * 1024;
  /** Copies the first 64 KiB of its base 256 times: 16 MiB. */
  const bomb = (base: string, baseSize: number): Delta => ({
    base,
    baseSize,
    size: 16 * MIB,
    copies: Array.from({ length: 256 }, () => [0, 0x10000] as const),
  });

  test.each([28, 400])(
    'a pack of %d deltas that give 16 MiB each',
    (length) => {
      const root = scratch();
      put(root, { '.git/HEAD': id(length) });
      const deltas = Array.from({ length }, (_, n) => ({
        id: id(n + 1),
        ...bomb(id(n), n === 0 ? MIB : 16 * MIB),
      }));
      const pack = writePack(root, [{ id: id(0), type: 'commit', body: Buffer.alloc(MIB) }, ...deltas]);
      expect(readFileSync(pack).length).toBeLessThan(length * 80 + 2000);
      const before = process.memoryUsage().rss;
      expect(() => readCommitTree(openObjects(join(root, '.git')), id(length))).toThrow(
        length === 28 ? /is forged or damaged/ : /takes more than 512 MiB of work/,
      );
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB);
    },
    20_000,
  );

  test('deltas in a circle', () => {
    const root = scratch();
    put(root, { '.git/HEAD': id(1) });
    writePack(root, [
      { id: id(1), ...bomb(id(2), 16 * MIB) },
      { id: id(2), ...bomb(id(1), 16 * MIB) },
    ]);
    expect(() => readCommitTree(openObjects(join(root, '.git')), id(1))).toThrow(
      /a chain of deltas is too long/,
    );
  });

  test('an object that claims to be larger than 16 MiB, and one that is', () => {
    const root = repository();
    const commit = git(root, 'rev-parse', 'HEAD');
    const read = () => readCommitTree(openObjects(join(root, '.git')), commit);
    forge(root, commit, 'commit', Buffer.alloc(17 * MIB));
    expect(read).toThrow(/larger than/i);
    rmSync(looseFile(root, commit));
    writePack(root, [{ id: commit, type: 'commit', body: Buffer.alloc(17 * MIB) }]);
    expect(read).toThrow(/an object is larger than 16 MiB/);
  });

  test('folders of a commit that contain the same folder ten times, ten levels deep', async () => {
    const root = repository({ 'p/a.yaml': 'a' });
    let tree = git(root, 'rev-parse', 'HEAD:p');
    for (let level = 0; level < 10; level += 1) {
      const lines = Array.from({ length: 10 }, (_, n) => `040000 tree ${tree}\td${n}`).join('\n');
      tree = execFileSync('git', ['mktree'], { cwd: root, input: lines, encoding: 'utf8' }).trim();
    }
    const top = execFileSync('git', ['mktree'], {
      cwd: root,
      input: `040000 tree ${tree}\tp\n`,
      encoding: 'utf8',
    });
    const commit = git(root, 'commit-tree', '-m', 'a bomb', top.trim());
    git(root, 'update-ref', 'HEAD', commit);
    rmSync(join(root, 'p', 'a.yaml'));
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision).toMatchObject({ commit, dirty: true });
    expect(notes[0]).toMatch(/cannot be compared .* too many files/);
  }, 60_000);

  test.each(['..', 'a/b', '.'])('a tree with the name %j', async (name) => {
    const root = repository();
    const blob = blobIdOf('a');
    const body = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
    const tree = createHash('sha1').update(`tree ${body.length}\0`).update(body).digest('hex');
    put(root, {
      [`.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`]: deflateSync(
        Buffer.concat([Buffer.from(`tree ${body.length}\0`), body]),
      ),
    });
    git(root, 'update-ref', 'HEAD', git(root, 'commit-tree', '-m', 'x', tree));
    const { notes } = await find(join(root, 'p'));
    expect(notes[0]).toMatch(/a name that no checkout can write/);
  });

  function blobIdOf(text: string): string {
    return createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
  }
});

describe('repositories that lack something say so', () => {
  test('references as reftables', async () => {
    const root = put(scratch(), {
      'p/a.yaml': 'a',
      '.git/HEAD': 'ref: refs/heads/.invalid\n',
      '.git/config': '[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefstorage = reftable\n',
      '.git/refs/heads': 'this repository uses the reftable format\n',
      '.git/reftable/tables.list': '',
    });
    const { revision, notes } = await find(join(root, 'p'));
    expect(revision.source).toBe('digest');
    expect(notes).toMatchObject([
      expect.stringMatching(/reftables, which are not supported; run `git refs migrate/),
    ]);
  });

  test('a partial clone that lacks a tree', async () => {
    const root = repository({ 'p/a.yaml': 'a', 'q/b.yaml': 'b' });
    git(root, 'config', 'uploadpack.allowFilter', 'true');
    git(root, 'clone', '-q', '--no-checkout', '--filter=tree:0', `file://${root}`, 'partial');
    const dir = put(join(root, 'partial', 'p'), { 'a.yaml': 'a' });
    const { revision, notes } = await find(dir);
    expect(revision).toMatchObject({ commit: git(root, 'rev-parse', 'HEAD'), dirty: true });
    expect(notes[0]).toMatch(
      /lacks the tree [0-9a-f]{40}, because it is a partial clone; run `git fetch --refetch/,
    );
  });

  test('a partial clone without the contents is compared by IDs', async () => {
    const root = repository({ 'p/a.yaml': 'a' });
    git(root, 'config', 'uploadpack.allowFilter', 'true');
    git(root, 'clone', '-q', '--filter=blob:none', `file://${root}`, 'partial');
    expect((await find(join(root, 'partial', 'p'))).revision).toMatchObject({ dirty: false, source: 'git' });
  });
});
