import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../../src/policy/source/file-system.ts';
import { loadFolder } from '../../../src/policy/source/load.ts';
import {
  type Timers,
  type Watcher,
  type WatchOptions,
  watchFolder,
} from '../../../src/policy/source/watch.ts';
import {
  commitAll,
  commitLike,
  git,
  put,
  putVolume,
  putWorkTree,
  scratch,
  swapLink,
  texts,
} from './scratch.ts';

const open: Watcher[] = [];

afterEach(() => {
  for (const watcher of open.splice(0)) watcher.close();
});

/** A watched folder, which is loaded again on each reported change. */
async function observe(dir: string, options: WatchOptions = {}) {
  let seen: unknown = 'nothing yet';
  const waiting = new Set<() => void>();
  const watcher = watchFolder(
    dir,
    async () => {
      const { folder, failure } = await loadFolder(dir);
      seen = folder === undefined ? failure : texts(folder.yaml);
      for (const check of waiting) check();
    },
    options,
  );
  open.push(watcher);
  /** Milliseconds until the loaded folder equals `expected`; rejects after 2 s. */
  const until = (expected: unknown) =>
    new Promise<number>((resolve, reject) => {
      const began = performance.now();
      const finish = () => {
        clearTimeout(late);
        waiting.delete(check);
      };
      const late = setTimeout(() => {
        finish();
        reject(new Error(`still ${JSON.stringify(seen)} after 2 s, not ${JSON.stringify(expected)}`));
      }, 2_000);
      const check = () => {
        if (JSON.stringify(seen) !== JSON.stringify(expected)) return;
        finish();
        resolve(performance.now() - began);
      };
      waiting.add(check);
      check();
    });
  return { watcher, until };
}

interface Layout {
  readonly name: string;
  /** Makes the folder and returns its path. */
  make(root: string): string;
  readonly before: unknown;
  change(root: string): void;
  readonly after: unknown;
}

const [ONE, TWO] = [commitLike('one'), commitLike('two')];

const layouts: readonly Layout[] = [
  {
    name: 'a file edited in place',
    make: (root) => put(root, { 'a.yaml': '1' }),
    before: { 'a.yaml': '1' },
    change: (root) => writeFileSync(join(root, 'a.yaml'), '2'),
    after: { 'a.yaml': '2' },
  },
  {
    name: 'an editor that writes a new file and renames it',
    make: (root) => put(root, { 'sub/a.yaml': '1' }),
    before: { 'sub/a.yaml': '1' },
    change(root) {
      writeFileSync(join(root, 'sub/4913~'), '2');
      renameSync(join(root, 'sub/4913~'), join(root, 'sub/a.yaml'));
    },
    after: { 'sub/a.yaml': '2' },
  },
  {
    name: 'a file added in a new folder',
    make: (root) => put(root, { 'a.yaml': '1' }),
    before: { 'a.yaml': '1' },
    change: (root) => put(root, { 'new/deep/b.yaml': '2' }),
    after: { 'a.yaml': '1', 'new/deep/b.yaml': '2' },
  },
  {
    name: 'a file removed',
    make: (root) => put(root, { 'a.yaml': '1', 'b.yaml': '1' }),
    before: { 'a.yaml': '1', 'b.yaml': '1' },
    change: (root) => rmSync(join(root, 'b.yaml')),
    after: { 'a.yaml': '1' },
  },
  {
    name: 'a Kubernetes volume',
    make(root) {
      putVolume(root, '1', { 'a.yaml': '1', 'gone.yaml': '1' });
      return root;
    },
    before: { 'a.yaml': '1', 'gone.yaml': '1' },
    change(root) {
      putVolume(root, '2', { 'a.yaml': '2', 'new.yaml': '2' });
      rmSync(join(root, 'gone.yaml'));
      rmSync(join(root, '..1'), { recursive: true });
    },
    after: { 'a.yaml': '2', 'new.yaml': '2' },
  },
  {
    name: 'a git-sync link, the old tree deleted at once',
    make(root) {
      putWorkTree(root, ONE, { 'a.yaml': '1' });
      return join(root, 'current');
    },
    before: { 'a.yaml': '1' },
    change: (root) => putWorkTree(root, TWO, { 'a.yaml': '2' }, ONE),
    after: { 'a.yaml': '2' },
  },
  {
    name: 'a folder below a git-sync link',
    make(root) {
      putWorkTree(root, ONE, { 'policies/shop/a.yaml': '1' });
      return join(root, 'current', 'policies', 'shop');
    },
    before: { 'a.yaml': '1' },
    change: (root) => putWorkTree(root, TWO, { 'policies/shop/a.yaml': '2' }, ONE),
    after: { 'a.yaml': '2' },
  },
  {
    name: 'a link in the folder that is replaced',
    make(root) {
      put(root, { 'x/a.yaml': '1', 'y/b.yaml': '1' });
      symlinkSync('x', join(root, 'live'));
      return root;
    },
    before: { 'live/a.yaml': '1', 'x/a.yaml': '1', 'y/b.yaml': '1' },
    change: (root) => swapLink(join(root, 'live'), 'y'),
    after: { 'live/b.yaml': '1', 'x/a.yaml': '1', 'y/b.yaml': '1' },
  },
  {
    name: 'the folder moved away and another moved in its place',
    make: (root) => put(join(root, 'p'), { 'a.yaml': '1' }),
    before: { 'a.yaml': '1' },
    change(root) {
      put(join(root, 'next'), { 'a.yaml': '2' });
      renameSync(join(root, 'p'), join(root, 'old'));
      renameSync(join(root, 'next'), join(root, 'p'));
    },
    after: { 'a.yaml': '2' },
  },
  {
    name: 'a folder that is created later, with its parents',
    make: (root) => join(root, 'not', 'there', 'yet'),
    before: 'missing',
    change: (root) => put(join(root, 'not', 'there', 'yet'), { 'a.yaml': '2' }),
    after: { 'a.yaml': '2' },
  },
];

describe.each([
  ['with notifications', {}],
  ['by polling alone', { notifications: false, pollInterval: 400 }],
] as const)('%s', (_kind, options) => {
  test.each(layouts)('$name', async ({ make, before, change, after }) => {
    const root = scratch();
    const { until } = await observe(make(root), options);
    await until(before);
    change(root);
    await until(after);
  });

  test('a folder that is deleted, created again and edited', async () => {
    const dir = put(join(scratch(), 'p'), { 'a.yaml': '1' });
    const { until } = await observe(dir, options);
    await until({ 'a.yaml': '1' });
    rmSync(dir, { recursive: true });
    await until('missing');
    put(dir, { 'a.yaml': '2' });
    await until({ 'a.yaml': '2' });
    put(dir, { 'a.yaml': '3' });
    await until({ 'a.yaml': '3' });
  });
});

test('notifications make a change live earlier than polling', async () => {
  const dir = put(scratch(), { 'a.yaml': '1' });
  const { until } = await observe(dir, { pollInterval: 1_500 });
  await until({ 'a.yaml': '1' });
  put(dir, { 'a.yaml': '2' });
  expect(await until({ 'a.yaml': '2' })).toBeLessThan(1_000);
});

/** Fake timers, which run on `pass` only. */
function fakeTimers(): Timers & { pass(): void; due(): readonly number[] } {
  const waiting = new Map<() => void, number>();
  return {
    now: () => 0,
    after(milliseconds, run) {
      waiting.set(run, milliseconds);
      return () => waiting.delete(run);
    },
    pass() {
      const all = [...waiting.keys()];
      waiting.clear();
      for (const run of all) run();
    },
    due: () => [...waiting.values()],
  };
}

/** A watcher that counts its calls. `rest` resolves after a check, when the next timer is set. */
function counted(
  dir: string,
  fileSystem: FileSystem = nodeFileSystem,
  onChange: () => Promise<void> = async () => {},
) {
  const timers = fakeTimers();
  let calls = 0;
  let settled = () => {};
  const watcher = watchFolder(
    dir,
    async () => {
      calls += 1;
      await onChange();
    },
    {
      fileSystem,
      notifications: false,
      timers: {
        ...timers,
        after(milliseconds, run) {
          queueMicrotask(() => settled());
          return timers.after(milliseconds, run);
        },
      },
    },
  );
  open.push(watcher);
  const rest = () =>
    new Promise<void>((resolve) => {
      settled = resolve;
    });
  return {
    watcher,
    timers,
    calls: () => calls,
    rest,
    async look() {
      const resting = rest();
      timers.pass();
      await resting;
      return calls;
    },
  };
}

describe('calls', () => {
  test('once at the start, once more after each change, and then none', async () => {
    const dir = put(scratch(), { 'a.yaml': '1' });
    const { look, rest, calls } = counted(dir);
    await rest();
    expect(calls()).toBe(1);
    expect(await look()).toBe(2);
    expect(await look()).toBe(2);
    put(dir, { 'a.yaml': 'other' });
    expect(await look()).toBe(3);
    expect(await look()).toBe(4);
    expect(await look()).toBe(4);
  });

  test.each<[string, (dir: string) => void]>([
    ['a file that a document may refer to', (dir) => put(dir, { 'k.json': 'other' })],
    ['git commit', (dir) => commitAll(dir)],
    [
      'git commit in a packed repository',
      (dir) => {
        git(dir, 'pack-refs', '--all');
        commitAll(dir);
      },
    ],
    ['git checkout of a branch at another commit', (dir) => git(dir, 'checkout', '-q', 'other')],
    ['a REVISION', (dir) => put(dir, { REVISION: ONE })],
  ])('%s counts as a change', async (_name, change) => {
    const dir = scratch();
    git(dir, 'init', '-q');
    put(dir, { 'a.yaml': '1', 'k.json': '1' });
    commitAll(dir);
    git(dir, 'branch', 'other');
    git(dir, 'commit', '-q', '--allow-empty', '-m', 'ahead');
    put(dir, { 'uncommitted.yaml': '1' });
    const { look, rest, calls } = counted(dir);
    await rest();
    await look();
    expect(await look()).toBe(2);
    change(dir);
    await look();
    expect(calls()).toBe(3);
  });

  test.each<[string, (dir: string) => void]>([
    ['a file with a dot', (dir) => put(dir, { '.x.yaml.swp': '' })],
    ['git add', (dir) => git(dir, 'add', '-A')],
    ['an empty folder', (dir) => mkdirSync(join(dir, 'empty'))],
    ['packed references', (dir) => git(dir, 'pack-refs', '--all')],
  ])('%s does not', async (_name, change) => {
    const dir = scratch();
    git(dir, 'init', '-q');
    put(dir, { 'a.yaml': '1' });
    commitAll(dir);
    put(dir, { 'uncommitted.yaml': '1' });
    const { look, rest } = counted(dir);
    await rest();
    await look();
    change(dir);
    expect(await look()).toBe(2);
  });

  test('a poke calls at once, also when nothing changed', async () => {
    const { look, rest, calls, watcher } = counted(put(scratch(), { 'a.yaml': '1' }));
    await rest();
    await look();
    const resting = rest();
    watcher.poke();
    await resting;
    expect(calls()).toBe(3);
  });

  test('a poke during a call causes one call after it, and calls never overlap', async () => {
    let inside = 0;
    let most = 0;
    let release = () => {};
    let entered = () => {};
    const { rest, calls, watcher } = counted(put(scratch(), { 'a.yaml': '1' }), nodeFileSystem, async () => {
      inside += 1;
      most = Math.max(most, inside);
      entered();
      if (calls() === 1) await new Promise<void>((resolve) => (release = resolve));
      inside -= 1;
    });
    await new Promise<void>((resolve) => (entered = resolve));
    for (let n = 0; n < 5; n += 1) watcher.poke();
    const resting = rest();
    release();
    await resting;
    expect({ calls: calls(), most }).toEqual({ calls: 2, most: 1 });
  });

  test('a call that rejects does not end the watch', async () => {
    const dir = put(scratch(), { 'a.yaml': '1' });
    const { look, rest, calls } = counted(dir, nodeFileSystem, () => Promise.reject(new Error('no')));
    await rest();
    expect(calls()).toBe(1);
    put(dir, { 'a.yaml': 'other' });
    await look();
    expect(calls()).toBe(2);
  });

  test('none after close', async () => {
    const { rest, calls, watcher, timers } = counted(put(scratch(), { 'a.yaml': '1' }));
    await rest();
    watcher.close();
    expect(timers.due()).toEqual([]);
    watcher.poke();
    expect(calls()).toBe(1);
  });
});

test('a folder that is slow to list is checked less often, but within 2 s', async () => {
  const waits: number[] = [];
  let clock = 0;
  await new Promise<void>((resolve) => {
    const watcher = watchFolder(put(scratch(), { 'a.yaml': '1' }), async () => {}, {
      notifications: false,
      fileSystem: {
        ...nodeFileSystem,
        list(folder) {
          clock += 80;
          return nodeFileSystem.list(folder);
        },
      },
      timers: {
        now: () => clock,
        after(milliseconds) {
          waits.push(milliseconds);
          resolve();
          return () => {};
        },
      },
    });
    open.push(watcher);
  });
  expect(waits).toEqual([1_000]);
});
