import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicySet } from '../../../src/engine/set/policy-set.ts';
import { type FileSystem, nodeFileSystem } from '../../../src/policy/source/file-system.ts';
import { PolicyStore, type PolicyStoreOptions } from '../../../src/policy/source/store.ts';
import { type Watcher, watchFolder } from '../../../src/policy/source/watch.ts';
import { commitAll, commitLike, git, put, putWorkTree, scratch } from './scratch.ts';
import { compileWords, nameOf } from './words.ts';

/** A store that records its callbacks. */
function storeOf(dir: string, options: Partial<PolicyStoreOptions> = {}) {
  const calls: string[] = [];
  let clock = 0;
  let compilations = 0;
  const store = new PolicyStore({
    dir,
    compile(folder) {
      compilations += 1;
      return compileWords(folder);
    },
    now: () => (clock += 500),
    pause: async () => {},
    onSwap: (set, previous) => calls.push(`swap ${nameOf(previous)} for ${nameOf(set)}`),
    onFailure: (reload) => calls.push(`failure ${reload.diagnostics.map((each) => each.code).join()}`),
    onRecovery: () => calls.push('recovery'),
    ...options,
  });
  return { store, calls, compilations: () => compilations };
}

describe('a reload', () => {
  test('loads the first policy set, with its revision', async () => {
    const dir = put(scratch(), { 'a.yaml': 'one', 'b.yaml': 'two', REVISION: commitLike('x') });
    const { store, calls } = storeOf(dir);
    expect(store.current()).toBeUndefined();
    expect([store.lastReload, store.loadedAt]).toEqual([undefined, undefined]);
    const reload = await store.reload();
    expect(reload).toEqual({
      at: 1_000,
      duration: 500,
      revision: commitLike('x'),
      result: 'success',
      diagnostics: [],
      notes: [],
    });
    expect(store.lastReload).toBe(reload);
    expect(store.loadedAt).toBe(1_000);
    expect(nameOf(store.current())).toBe('one+two');
    expect(store.current()).toMatchObject({
      revision: { commit: commitLike('x'), source: 'file', digest: expect.stringMatching(/^sha256:/) },
      revisionText: commitLike('x'),
    });
    expect(calls).toEqual(['swap nothing for one+two']);
  });

  test('of the same content changes nothing and compiles nothing', async () => {
    const dir = put(scratch(), { 'a.yaml': 'one @k', k: 'kay' });
    const { store, calls, compilations } = storeOf(dir);
    await store.reload();
    const set = store.current();
    put(dir, { 'a.yaml': 'one @k', 'README.md': '' });
    expect(await store.reload()).toMatchObject({ result: 'unchanged' });
    expect(store.current()).toBe(set);
    expect(store.lastReload).toMatchObject({ at: 1_000, result: 'success' });
    expect(store.loadedAt).toBe(1_000);
    expect(calls).toEqual(['swap nothing for one+kay']);
    expect(compilations()).toBe(1);
  });

  test('detects a changed referenced file, and gives other bytes another revision', async () => {
    const dir = put(scratch(), { 'a.yaml': '@k', k: 'old' });
    const { store, calls } = storeOf(dir);
    await store.reload();
    const before = store.current()?.revisionText;
    put(dir, { k: 'new' });
    await store.reload();
    expect(calls).toEqual(['swap nothing for old', 'swap old for new']);
    expect(store.current()?.revisionText).not.toBe(before);
    put(dir, { k: 'old' });
    await store.reload();
    expect(store.current()?.revisionText).toBe(before);
  });

  test('of a commit with the live content swaps the revision without compiling', async () => {
    const dir = scratch();
    git(dir, 'init', '-q');
    put(dir, { 'a.yaml': 'one @k', k: 'kay' });
    const first = commitAll(dir);
    const { store, compilations } = storeOf(dir);
    await store.reload();
    put(dir, { k: 'other' });
    await store.reload();
    expect(store.current()?.revisionText).toBe(`${first}-dirty`);
    const dirty = store.current();
    const second = commitAll(dir);
    await store.reload();
    expect(store.current()).toMatchObject({
      revisionText: second,
      revision: { commit: second, dirty: false, digest: dirty?.revision.digest },
    });
    expect(store.current()?.policies).toBe(dirty?.policies);
    expect(compilations()).toBe(2);
  });
});

describe('a folder that cannot decide', () => {
  const cases: readonly [string, (dir: string) => void, string, RegExp][] = [
    ['broken', (dir) => put(dir, { 'a.yaml': '!x' }), 'yaml_syntax', /^`!x`$/],
    [
      'with a file that cannot be read',
      (dir) => put(dir, { 'b.yaml/c': '', 'c.yaml': 'x'.repeat(1_100_000) }),
      'file_too_large',
      /`c.yaml` is larger than 1 MiB/,
    ],
    ['empty', (dir) => rmSync(join(dir, 'a.yaml')), 'no_policies', /has no policy$/],
    ['missing', (dir) => rmSync(dir, { recursive: true }), 'folder_unreadable', /does not exist$/],
    [
      'with a reference to a missing file',
      (dir) => put(dir, { 'a.yaml': '@none' }),
      'invalid_reference',
      /does not exist$/,
    ],
  ];

  test.each(cases)(
    '%s: no policy set at the start, until it is fixed',
    async (_name, spoil, code, message) => {
      const dir = put(join(scratch(), 'p'), { 'a.yaml': 'one' });
      const { store, calls } = storeOf(dir);
      spoil(dir);
      const reload = await store.reload();
      expect(reload).toMatchObject({ result: 'failure', diagnostics: [{ code }] });
      expect(reload.diagnostics[0]?.message).toMatch(message);
      expect(store.current()).toBeUndefined();
      expect(store.lastReload).toBe(reload);
      rmSync(dir, { recursive: true, force: true });
      put(dir, { 'a.yaml': 'fixed' });
      await store.reload();
      expect(calls).toEqual([`failure ${code}`, 'swap nothing for fixed']);
    },
  );

  test.each(cases)(
    '%s: later the last valid policy set stays live, and a fix recovers',
    async (_name, spoil, code) => {
      const dir = put(join(scratch(), 'p'), { 'a.yaml': 'one' });
      const { store, calls } = storeOf(dir);
      await store.reload();
      const good = store.current();
      spoil(dir);
      await store.reload();
      await store.reload();
      expect(store.current()).toBe(good);
      expect(store.lastReload).toMatchObject({ result: 'failure', diagnostics: [{ code }] });
      rmSync(dir, { recursive: true, force: true });
      put(dir, { 'a.yaml': 'one' });
      await store.reload();
      expect(store.current()).toBe(good);
      expect(store.lastReload).toMatchObject({ result: 'success' });
      expect(calls).toEqual(['swap nothing for one', `failure ${code}`, 'recovery']);
    },
  );

  test('a fault in the compiler is a failure of the reload', async () => {
    const { store, calls } = storeOf(put(scratch(), { 'a.yaml': 'one' }), {
      compile: () => Promise.reject(new Error('a fault')),
    });
    const reload = await store.reload();
    expect(reload).toMatchObject({
      result: 'failure',
      diagnostics: [{ help: expect.stringMatching(/fault of Lictor/) }],
    });
    expect(reload.diagnostics[0]?.message).toMatch(/could not be compiled: a fault$/);
    expect(calls).toEqual(['failure internal_fault']);
  });

  test('the same mistake is reported once, another mistake again', async () => {
    const dir = put(scratch(), { 'a.yaml': '!x' });
    const { store, calls } = storeOf(dir);
    await store.reload();
    await store.reload();
    put(dir, { 'a.yaml': '!y' });
    await store.reload();
    expect(calls).toEqual(['failure yaml_syntax', 'failure yaml_syntax']);
  });
});

describe('--require-revision', () => {
  test('rejects a folder without a commit', async () => {
    const dir = put(scratch(), { 'a.yaml': 'one' });
    const { store } = storeOf(dir, { requireRevision: true });
    const reload = await store.reload();
    expect(store.current()).toBeUndefined();
    expect(reload.diagnostics[0]?.code).toBe('no_revision');
    expect(reload.diagnostics[0]?.message).toMatch(/has no commit, which `--require-revision` requires$/);
    put(dir, { REVISION: commitLike('x') });
    await store.reload();
    expect(store.current()?.revisionText).toBe(commitLike('x'));
  });

  test.each<[string, Partial<PolicyStoreOptions>, (dir: string) => void, string]>([
    ['the flag', { revision: commitLike('f') }, () => {}, 'flag'],
    [
      'a dirty tree',
      {},
      (dir) => {
        git(dir, 'init', '-q');
        git(dir, 'commit', '-q', '--allow-empty', '-m', 'x');
      },
      'git',
    ],
  ])('accepts %s', async (_name, options, prepare, source) => {
    const dir = put(scratch(), { 'a.yaml': 'one' });
    prepare(dir);
    const { store } = storeOf(dir, { requireRevision: true, ...options });
    await store.reload();
    expect(store.current()?.revision).toMatchObject({ source, dirty: source === 'git' });
  });
});

describe('during a load', () => {
  test('no other load runs, and any number of calls cause one more', async () => {
    const dir = put(scratch(), { 'a.yaml': 'one' });
    let inside = 0;
    let most = 0;
    let compilations = 0;
    let release = () => {};
    const entered = new Promise<void>((resolve) => {
      release = resolve;
    });
    let proceed = () => {};
    const held = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const { store, calls } = storeOf(dir, {
      async compile(folder) {
        compilations += 1;
        inside += 1;
        most = Math.max(most, inside);
        release();
        await held;
        inside -= 1;
        return compileWords(folder);
      },
    });
    const first = store.reload();
    await entered;
    put(dir, { 'a.yaml': 'two' });
    const others = [store.reload(), store.reload(), store.reload()];
    proceed();
    await Promise.all([first, ...others]);
    expect(await others[0]).toBe(await others[2]);
    expect({ compilations, most }).toEqual({ compilations: 2, most: 1 });
    expect(calls).toEqual(['swap nothing for one', 'swap one for two']);
  });

  test('a referenced file that changes during the compilation is read again', async () => {
    const root = scratch();
    const [one, two] = [commitLike('one'), commitLike('two')];
    putWorkTree(root, one, { 'a.yaml': 'old @k', k: 'old-k' });
    let swapped = false;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      readNow(path) {
        if (!swapped) putWorkTree(root, two, { 'a.yaml': 'new @k', k: 'new-k' }, one);
        swapped = true;
        return nodeFileSystem.readNow(path);
      },
    };
    const { store, calls } = storeOf(join(root, 'current'), { fileSystem });
    await store.reload();
    expect(store.current()?.revision).toMatchObject({ commit: two, source: 'git-sync' });
    expect(calls).toEqual(['swap nothing for new+new-k']);
  });
});

/** A file system that calls `step` before each operation. */
function steppingFileSystem(step: () => void): FileSystem {
  const each = <A extends unknown[], R>(real: (...given: A) => R) => {
    return (...given: A): R => {
      step();
      return real(...given);
    };
  };
  return {
    realpath: each(nodeFileSystem.realpath),
    list: each(nodeFileSystem.list),
    stat: each(nodeFileSystem.stat),
    read: each(nodeFileSystem.read),
    statNow: each(nodeFileSystem.statNow),
    readNow: each(nodeFileSystem.readNow),
  };
}

test('git-sync may swap at any point of a load: every live policy set is of one version', async () => {
  const root = scratch();
  const version = (n: number) => ({ 'a.yaml': `a${n} @k`, 'b.yaml': `b${n}`, k: `k${n}` });
  let live = 0;
  putWorkTree(root, commitLike('0'), version(0));
  const swap = () => {
    live += 1;
    putWorkTree(root, commitLike(String(live)), version(live), commitLike(String(live - 1)));
  };
  let left = 0;
  const fileSystem = steppingFileSystem(() => {
    left -= 1;
    if (left === 0) swap();
  });
  const problems: string[] = [];
  let swaps = 0;
  const { store } = storeOf(join(root, 'current'), {
    fileSystem,
    onSwap(set) {
      swaps += 1;
      const n = nameOf(set).replace(/^a(\d+).*/, '$1');
      if (nameOf(set) !== `a${n}+k${n}+b${n}` || set.revisionText !== commitLike(n))
        problems.push(nameOf(set));
    },
    onFailure: (reload) => problems.push(reload.diagnostics[0]?.message ?? ''),
  });
  for (let steps = 1; steps <= 60; steps += 1) {
    left = steps;
    await store.reload();
    left = 0;
    await store.reload();
    expect(store.current()?.revisionText).toBe(commitLike(String(live)));
  }
  expect(problems).toEqual([]);
  expect(live).toBeGreaterThan(10);
  expect(swaps).toBe(live);
});

describe('a watched folder', () => {
  const open: Watcher[] = [];
  afterEach(() => {
    for (const watcher of open.splice(0)) watcher.close();
  });

  /** Waits for a swap to a policy set of this revision; rejects after 2 s. */
  function swapTo(
    listeners: Set<(set: PolicySet) => void>,
    revision: string,
    from?: PolicySet,
  ): Promise<PolicySet> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no swap to ${revision} in 2 s`)), 2_000);
      const check = (set: PolicySet) => {
        if (set.revisionText !== revision) return;
        clearTimeout(late);
        listeners.delete(check);
        resolve(set);
      };
      listeners.add(check);
      if (from !== undefined) check(from);
    });
  }

  test('is dirty within 2 s of an edit in git, and clean within 2 s of a commit', async () => {
    const dir = scratch();
    git(dir, 'init', '-q');
    put(dir, { 'a.yaml': 'one' });
    const first = commitAll(dir);
    const listeners = new Set<(set: PolicySet) => void>();
    const { store } = storeOf(dir, { onSwap: (set) => listeners.forEach((listener) => listener(set)) });
    const atFirst = swapTo(listeners, first);
    open.push(watchFolder(dir, () => store.reload()));
    await atFirst;
    put(dir, { 'a.yaml': 'two' });
    expect(nameOf(await swapTo(listeners, `${first}-dirty`, store.current()))).toBe('two');
    const second = commitAll(dir);
    expect(nameOf(await swapTo(listeners, second, store.current()))).toBe('two');
  });
});
