import {
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyStore } from '../../../src/engine/identity/remote-keys.ts';
import { openKeyCache } from '../../../src/sidecar/server/key-cache.ts';
import type { Log } from '../../../src/sidecar/telemetry/logging.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';

const PLACE = 'https://login.acme.example/jwks';
const OTHER = 'discovery https://other.example';
const KEYS = { text: '{"keys":[]}', fetchedAt: Date.UTC(2026, 5, 1, 12) };

interface Bench {
  readonly dir: string;
  readonly warned: string[];
  open(): Promise<KeyStore>;
  /** Saves, and waits until the file has the content. */
  saved(place?: string, keys?: typeof KEYS): Promise<string>;
}

async function bench(stack: AsyncDisposableStack): Promise<Bench> {
  const dir = join(await scratchFolder(stack), 'keys');
  const warned: string[] = [];
  const log: Log = {
    debug: undefined,
    info: () => {},
    warn: (message, members) => warned.push(`${message}: ${JSON.stringify(members)}`),
    error: () => {},
  };
  const open = (): Promise<KeyStore> => openKeyCache(dir, log);
  return {
    dir,
    warned,
    open,
    saved: async (place = PLACE, keys = KEYS) => {
      (await open()).save(place, keys);
      return waitFor(
        async () => {
          for (const name of await readdir(dir)) {
            if (!name.endsWith('.json')) continue;
            const path = join(dir, name);
            if ((await readFile(path, 'utf8')).includes(`"place":${JSON.stringify(place)}`)) return path;
          }
          return undefined;
        },
        { what: 'the file', timeout: 5000 },
      );
    },
  };
}

test('key sets are there after a restart, in files that nobody else reads', async () => {
  await using stack = new AsyncDisposableStack();
  const { dir, open, saved, warned } = await bench(stack);
  const path = await saved();
  await saved(OTHER, { ...KEYS, text: '{"keys":[1]}' });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  const store = await open();
  expect(store.load(PLACE)).toEqual(KEYS);
  expect(store.load(OTHER)).toEqual({ ...KEYS, text: '{"keys":[1]}' });
  expect(store.load('https://unknown.example/')).toBeUndefined();
  expect(warned).toEqual([]);
});

test('of two sets for one place, the later one stays', async () => {
  await using stack = new AsyncDisposableStack();
  const { open, dir } = await bench(stack);
  const store = await open();
  for (let at = 0; at < 50; at += 1)
    store.save(PLACE, { text: `{"keys":[${at}]}`, fetchedAt: KEYS.fetchedAt });
  await waitFor(async () => ((await open()).load(PLACE)?.text === '{"keys":[49]}' ? true : undefined), {
    what: 'the last set',
    timeout: 5000,
  });
  expect((await readdir(dir)).filter((name) => name.endsWith('.json'))).toHaveLength(1);
});

test.each<[string, (path: string) => Promise<unknown>, string]>([
  ['that others may write', (path) => chmod(path, 0o622), 'others may write it'],
  [
    'with other keys than were written',
    async (path) => writeFile(path, (await readFile(path, 'utf8')).replace('[]', '[7]')),
    'its content is damaged, or that of another file',
  ],
  ['that is cut off', async (path) => writeFile(path, (await readFile(path, 'utf8')).slice(0, -9)), 'JSON'],
  ['that is empty', (path) => writeFile(path, ''), 'JSON'],
  [
    'of another version',
    async (path) => writeFile(path, (await readFile(path, 'utf8')).replace('"version":1', '"version":2')),
    'its content is damaged, or that of another file',
  ],
  [
    'that was moved over another one',
    async (path) => rename(path, path.replace(/[0-9a-f]{64}/, '0'.repeat(64))),
    'its content is damaged, or that of another file',
  ],
  [
    'that is a link',
    async (path) => {
      await rename(path, `${path}.real`);
      await symlink(`${path}.real`, path);
    },
    'ELOOP',
  ],
  [
    'that is too large',
    async (path) => writeFile(path, ' '.repeat(2 * 1024 * 1024 + 1), { mode: 0o600 }),
    'it is too large',
  ],
])('a file %s is not used, and reported', async (_, harm, problem) => {
  await using stack = new AsyncDisposableStack();
  const { open, saved, warned } = await bench(stack);
  await harm(await saved());
  expect((await open()).load(PLACE)).toBeUndefined();
  expect(warned).toEqual([expect.stringContaining('a file of --jwks-cache is not used')]);
  expect(warned[0]).toContain(problem);
});

test('other files of the folder are left alone, and files of a crashed process are removed after an hour', async () => {
  await using stack = new AsyncDisposableStack();
  const { dir, open, saved } = await bench(stack);
  const path = await saved();
  const [young, old] = ['a', 'b'].map((digit) => `${path}.${digit.repeat(8)}-0000-0000-0000-000000000000`);
  await writeFile(young ?? '', 'x');
  await link(path, join(dir, 'notes.txt'));
  await writeFile(old ?? '', 'x');
  const before = new Date(Date.now() - 3_700_000);
  await utimes(old ?? '', before, before);
  await mkdir(join(dir, 'folder'));
  await open();
  expect((await readdir(dir)).toSorted()).toEqual(
    [path, young ?? '', join(dir, 'notes.txt'), join(dir, 'folder')]
      .map((name) => name.slice(dir.length + 1))
      .toSorted(),
  );
});

test('more than a thousand files: the oldest are removed', async () => {
  await using stack = new AsyncDisposableStack();
  const { dir, open, saved } = await bench(stack);
  await saved();
  const before = new Date(Date.now() - 3_700_000);
  for (let at = 0; at < 1005; at += 1) {
    const path = join(dir, `${at.toString(16).padStart(64, '0')}.json`);
    await writeFile(path, '{}', { mode: 0o600 });
    await utimes(path, before, before);
  }
  expect((await open()).load(PLACE)).toEqual(KEYS);
  expect(await readdir(dir)).toHaveLength(1000);
});

test('a folder that cannot be created is an error', async () => {
  await using stack = new AsyncDisposableStack();
  const { dir, open } = await bench(stack);
  await writeFile(dir, 'a file');
  await expect(open()).rejects.toThrow('EEXIST');
});
