import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realPause } from '../../../src/policy/source/settle.ts';
import { PolicyStore, type PolicyStoreOptions } from '../../../src/policy/source/store.ts';
import { type Watcher, watchFolder } from '../../../src/policy/source/watch.ts';
import { commitAll, commitLike, git, put, putVolume, putWorkTree, scratch, swapLink } from './scratch.ts';
import { compileWords, nameOf } from './words.ts';

/** A repository with the commits `one` and `two`, both checked out as two files, at the second. */
function repository() {
  const root = scratch();
  git(root, 'init', '-q');
  put(root, { 'p/a.yaml': 'one', 'p/b.yaml': 'one', 'README.md': 'r' });
  const one = commitAll(root);
  put(root, { 'p/a.yaml': 'two', 'p/b.yaml': 'two' });
  const two = commitAll(root);
  return { root, dir: join(root, 'p'), one, two };
}

/** A store whose clock and second look are in the hands of the test. */
function storeOf(dir: string, options: Partial<PolicyStoreOptions> = {}) {
  const calls: string[] = [];
  const clock = { now: 0, between: () => {} };
  const store = new PolicyStore({
    dir,
    compile: compileWords,
    now: () => clock.now,
    pause: async () => clock.between(),
    onSwap: (set) => calls.push(`${nameOf(set)} of ${set.revisionText}`),
    onFailure: ({ diagnostics }) => calls.push(`failure ${diagnostics.map(({ code }) => code).join()}`),
    onRecovery: () => calls.push('recovery'),
    ...options,
  });
  return { store, calls, clock };
}

const LOCKS = ['index.lock', 'HEAD.lock', 'refs/heads/main.lock'];
const STATES = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'];
const MOVING = ['rebase-merge', 'rebase-apply', 'sequencer', 'BISECT_LOG'];

describe('while git is at work, nothing is swapped', () => {
  test.each([...LOCKS, ...STATES, ...MOVING])('%s, also if the tree is clean', async (name) => {
    const { root, dir, one, two } = repository();
    const { store, calls } = storeOf(dir);
    await store.reload();
    put(root, { [`.git/${name}`]: '' });
    put(dir, { 'a.yaml': 'one' });
    expect(await store.reload()).toMatchObject({ result: 'waiting', diagnostics: [{ code: 'folder_busy' }] });
    put(dir, { 'b.yaml': 'one' });
    writeFileSync(join(root, '.git', 'refs', 'heads', 'main'), one);
    expect(await store.reload()).toMatchObject({ result: 'waiting' });
    rmSync(join(root, '.git', name));
    expect(await store.reload()).toMatchObject({ result: 'success' });
    expect(calls).toEqual([`two+two of ${two}`, `one+one of ${one}`]);
  });

  test('of a linked work tree, by its own lock', async () => {
    const { root, two } = repository();
    git(root, 'worktree', 'add', '-q', '--detach', 'linked');
    const { store, calls } = storeOf(join(root, 'linked', 'p'));
    await store.reload();
    put(root, { '.git/index.lock': '', 'linked/p/a.yaml': 'x' });
    expect(await store.reload()).toMatchObject({ result: 'success' });
    put(root, { '.git/worktrees/linked/index.lock': '', 'linked/p/a.yaml': 'y' });
    expect(await store.reload()).toMatchObject({ result: 'waiting' });
    expect(calls).toEqual([`two+two of ${two}`, `x+two of ${two}-dirty`]);
  });

  test('a lock that stays is told once, after 10 s, with its path; then its end', async () => {
    const { root, dir } = repository();
    const { store, calls, clock } = storeOf(dir);
    await store.reload();
    calls.length = 0;
    put(root, { '.git/index.lock': '' });
    for (clock.now = 1000; clock.now <= 10_500; clock.now += 500) await store.reload();
    expect(calls).toEqual([]);
    for (; clock.now <= 15_000; clock.now += 500)
      expect(await store.reload()).toMatchObject({ result: 'waiting' });
    expect(calls).toEqual(['failure folder_busy']);
    const [told] = store.lastReload?.diagnostics ?? [];
    expect(told?.message).toBe(
      `\`${root}/.git/index.lock\` exists: git is writing the folder, or was interrupted`,
    );
    expect(told?.help).toBe('if no git process is running in this repository, remove the file');
    rmSync(join(root, '.git', 'index.lock'));
    await store.reload();
    expect(calls).toEqual(['failure folder_busy', 'recovery']);
  });
});

describe('the first start with a lock that a crashed process has left', () => {
  test('a tree that is exactly the commit goes live', async () => {
    const { root, dir, two } = repository();
    put(root, { '.git/index.lock': '' });
    const { store, calls } = storeOf(dir);
    await store.reload();
    expect(calls).toEqual([`two+two of ${two}`]);
  });

  test('a tree that is not is refused until the lock is gone, and told after 10 s', async () => {
    const { root, dir, two } = repository();
    put(root, { '.git/index.lock': '', 'p/a.yaml': 'one' });
    const { store, calls, clock } = storeOf(dir);
    expect(await store.reload()).toMatchObject({ result: 'waiting' });
    clock.now = 10_000;
    await store.reload();
    expect(store.current()).toBeUndefined();
    rmSync(join(root, '.git', 'index.lock'));
    await store.reload();
    expect(calls).toEqual(['failure folder_busy', `one+two of ${two}-dirty`]);
  });

  test('a commit that is only a step of a rebase does not go live', async () => {
    const { root, dir } = repository();
    mkdirSync(join(root, '.git', 'rebase-merge'));
    for (const fromCommit of [undefined, 'always'] as const) {
      const { store } = storeOf(dir, { fromCommit });
      expect(await store.reload()).toMatchObject({ result: 'waiting' });
      expect(store.current()).toBeUndefined();
    }
  });
});

describe('a tree that is not exactly a commit needs two looks that agree', () => {
  const changes: readonly [string, (dir: string, root: string, one: string) => void][] = [
    ['a file changes between them', (dir) => put(dir, { 'b.yaml': 'one' })],
    ['a file is added between them', (dir) => put(dir, { 'c.yaml': 'one' })],
    ['a file is removed between them', (dir) => rmSync(join(dir, 'b.yaml'))],
    ['git begins between them', (_dir, root) => put(root, { '.git/index.lock': '' })],
    [
      'HEAD moves between them',
      (_dir, root, one) => writeFileSync(join(root, '.git', 'refs', 'heads', 'main'), one),
    ],
    ['the folder disappears between them', (dir) => renameSync(dir, `${dir}-gone`)],
  ];
  test.each(changes)('%s: nothing is swapped', async (_name, change) => {
    const { root, dir, one, two } = repository();
    const { store, calls, clock } = storeOf(dir);
    await store.reload();
    put(dir, { 'a.yaml': 'one' });
    clock.between = () => change(dir, root, one);
    expect(await store.reload()).toMatchObject({ result: 'waiting', diagnostics: [{ code: 'folder_busy' }] });
    expect(calls).toEqual([`two+two of ${two}`]);
  });

  test('an edit by hand goes live when they agree', async () => {
    const { dir, two } = repository();
    const { store, calls } = storeOf(dir);
    await store.reload();
    put(dir, { 'a.yaml': 'edit' });
    await store.reload();
    expect(calls).toEqual([`two+two of ${two}`, `edit+two of ${two}-dirty`]);
  });

  test('a referenced file that changes between them', async () => {
    const dir = put(scratch(), { 'a.yaml': '@k.txt', 'k.txt': 'one' });
    const { store, calls, clock } = storeOf(dir);
    await store.reload();
    put(dir, { 'k.txt': 'two' });
    clock.between = () => put(dir, { 'k.txt': 'three' });
    expect(await store.reload()).toMatchObject({ result: 'waiting' });
    clock.between = () => {};
    await store.reload();
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['one', 'three']);
  });

  test('a folder without git: a copy that is half done is not served', async () => {
    const dir = put(scratch(), { 'a.yaml': 'one', 'b.yaml': 'one' });
    const { store, calls, clock } = storeOf(dir);
    await store.reload();
    put(dir, { 'a.yaml': 'two' });
    clock.between = () => put(dir, { 'b.yaml': 'two' });
    expect(await store.reload()).toMatchObject({ result: 'waiting' });
    clock.between = () => {};
    await store.reload();
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['one+one', 'two+two']);
  });

  test('a Kubernetes volume, a folder in one and a git-sync link need none', async () => {
    const volume = scratch();
    putVolume(volume, '1', { 'a.yaml': 'one' });
    const outer = scratch();
    putVolume(outer, '1', { 'p/a.yaml': 'one' });
    const links = scratch();
    putWorkTree(links, commitLike('one'), { 'a.yaml': 'one' });
    const pause = async () => {
      throw new Error('a second look');
    };
    for (const [dir, change] of [
      [volume, () => putVolume(volume, '2', { 'a.yaml': 'two' })],
      [join(outer, 'p'), () => putVolume(outer, '2', { 'p/a.yaml': 'two' })],
      [join(links, 'current'), () => putWorkTree(links, commitLike('two'), { 'a.yaml': 'two' })],
    ] as const) {
      const { store, calls } = storeOf(dir, { pause });
      await store.reload();
      change();
      await store.reload();
      expect(calls.map((call) => call.split(' ')[0])).toEqual(['one', 'two']);
    }
  });
});

test.each(['HEAD', 'refs/heads/main', 'index', 'objects'])(
  'a pipe as .git/%s harms no load',
  async (name) => {
    const { root, dir } = repository();
    rmSync(join(root, '.git', name), { recursive: true });
    execFileSync('mkfifo', [join(root, '.git', name)]);
    for (const fromCommit of [undefined, 'if-known'] as const) {
      const { store } = storeOf(dir, { fromCommit });
      const { result, diagnostics } = await store.reload();
      const isFailure = fromCommit !== undefined && (name === 'refs/heads/main' || name === 'objects');
      expect([result, ...diagnostics.map(({ code }) => code)]).toEqual(
        isFailure ? ['failure', 'commit_unreadable'] : ['success'],
      );
    }
  },
);

describe('--require-clean', () => {
  test('refuses a dirty tree and names the difference; the last good version keeps deciding', async () => {
    const { dir, two } = repository();
    const { store, calls } = storeOf(dir, { requireClean: true });
    await store.reload();
    put(dir, { 'a.yaml': 'edit' });
    await store.reload();
    expect(calls).toEqual([`two+two of ${two}`, 'failure dirty_tree']);
    expect(store.lastReload?.diagnostics[0]?.message).toBe(
      `\`${dir}\` is not clean, which \`--require-clean\` requires: \`a.yaml\` differs from the commit`,
    );
  });
});

describe('--from-commit', () => {
  test('serves the commit, whatever the work tree contains and whatever git is doing to it', async () => {
    const { root, dir, one, two } = repository();
    const { store, calls } = storeOf(dir, { fromCommit: 'always' });
    put(dir, { 'a.yaml': 'edit', 'c.yaml': 'more' });
    put(root, { '.git/index.lock': '' });
    await store.reload();
    rmSync(dir, { recursive: true });
    writeFileSync(join(root, '.git', 'refs', 'heads', 'main'), one);
    await store.reload();
    expect(calls).toEqual([`two+two of ${two}`, `one+one of ${one}`]);
  });

  test('HEAD is resolved once: a commit that arrives during the load is of the next one', async () => {
    const { root, dir, one, two } = repository();
    const compile: PolicyStoreOptions['compile'] = (folder) => {
      writeFileSync(join(root, '.git', 'refs', 'heads', 'main'), one);
      return compileWords(folder);
    };
    const { store, calls } = storeOf(dir, { fromCommit: 'always', compile });
    await store.reload();
    expect(calls).toEqual([`two+two of ${two}`]);
  });

  test('is the default of a folder in a repository with `if-known`, and the disk for others', async () => {
    const { dir, two } = repository();
    put(dir, { 'a.yaml': 'edit' });
    const inside = storeOf(dir, { fromCommit: 'if-known' });
    await inside.store.reload();
    expect(inside.calls).toEqual([`two+two of ${two}`]);
    const outside = storeOf(put(scratch(), { 'a.yaml': 'one', REVISION: commitLike('x') }), {
      fromCommit: 'if-known',
    });
    await outside.store.reload();
    expect(outside.calls).toEqual([`one of ${commitLike('x')}`]);
  });

  test('without a repository it is an error that says so', async () => {
    const dir = put(scratch(), { 'a.yaml': 'one' });
    const { store, calls } = storeOf(dir, { fromCommit: 'always' });
    await store.reload();
    expect(calls).toEqual(['failure no_revision']);
    expect(store.lastReload?.diagnostics[0]?.message).toBe(
      `\`${dir}\` is not in a git repository, which \`--from-commit\` requires`,
    );
  });

  test('through a link of git-sync: the commit of its work tree', async () => {
    const { root, one, two } = repository();
    for (const commit of [one, two])
      git(root, 'worktree', 'add', '-q', '--detach', `.worktrees/${commit}`, commit);
    swapLink(join(root, 'current'), `.worktrees/${one}`);
    const { store, calls } = storeOf(join(root, 'current', 'p'), { fromCommit: 'if-known' });
    await store.reload();
    swapLink(join(root, 'current'), `.worktrees/${two}`);
    await store.reload();
    expect(calls).toEqual([`one+one of ${one}`, `two+two of ${two}`]);
  });

  test('a link in the repository is that of the commit, not that of the work tree', async () => {
    const { root, two } = repository();
    put(root, { 'q/a.yaml': 'q' });
    symlinkSync('p', join(root, 'live'));
    const three = commitAll(root);
    rmSync(join(root, 'live'));
    symlinkSync('q', join(root, 'live'));
    const { store, calls } = storeOf(join(root, 'live'), { fromCommit: 'always' });
    await store.reload();
    expect(three).not.toBe(two);
    expect(calls).toEqual([`two+two of ${three}`]);
  });
});

describe('a watched folder', () => {
  const watchers: Watcher[] = [];
  afterEach(() => {
    for (const watcher of watchers.splice(0)) watcher.close();
  });

  /** Serves a folder with the timing of the product. Resolves `until` at the swap to a set with this text. */
  function serve(dir: string, options: Partial<PolicyStoreOptions> = {}) {
    const swaps: string[] = [];
    const waiting: (() => void)[] = [];
    const { store } = storeOf(dir, {
      now: Date.now,
      pause: realPause,
      onSwap: (set) => {
        swaps.push(`${nameOf(set)} of ${set.revisionText}`);
        for (const check of waiting) check();
      },
      ...options,
    });
    const reloads: string[] = [];
    const look = async () => {
      const { result } = await store.reload();
      reloads.push(result);
      for (const check of waiting) check();
      return result === 'waiting';
    };
    watchers.push(watchFolder(dir, look, { fromCommit: options.fromCommit !== undefined }));
    const until = (isSo: () => boolean) =>
      new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(JSON.stringify({ swaps, reloads }))), 3000);
        const check = () => {
          if (!isSo()) return;
          clearTimeout(late);
          resolve();
        };
        waiting.push(check);
        check();
      });
    return { swaps, reloads, until };
  }

  test('goes live after the lock is removed, although no file changes then', async () => {
    const { root, dir, two } = repository();
    const { swaps, reloads, until } = serve(dir);
    await until(() => swaps.length === 1);
    put(root, { '.git/index.lock': '', 'p/a.yaml': 'edit' });
    await until(() => reloads.filter((result) => result === 'waiting').length >= 2);
    expect(swaps).toHaveLength(1);
    rmSync(join(root, '.git', 'index.lock'));
    await until(() => swaps.at(-1) === `edit+two of ${two}-dirty`);
  }, 20_000);

  test('with --from-commit follows HEAD, and nothing else', async () => {
    const { root, dir, one, two } = repository();
    const { swaps, reloads, until } = serve(dir, { fromCommit: 'always' });
    await until(() => swaps.length === 1 && reloads.length >= 2);
    put(dir, { 'a.yaml': 'edit' });
    git(root, 'checkout', '-q', '--force', one);
    await until(() => swaps.length === 2);
    put(dir, { 'a.yaml': 'edit' });
    const three = commitAll(root);
    await until(() => swaps.length === 3);
    expect(swaps).toEqual([`two+two of ${two}`, `one+one of ${one}`, `edit+one of ${three}`]);
  }, 20_000);
});
