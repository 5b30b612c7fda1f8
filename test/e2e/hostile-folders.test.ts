import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { policy } from '../policy/hostile-folders/hostile-folder.ts';
import { HOSTILE_FOLDERS } from '../policy/hostile-folders/hostile-folders.ts';
import { HostileServer } from '../support/hostile-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Most memory of the process that serves, in MiB, whatever the folder holds: see docs/operating.md. */
const MEMORY = 512;
/**
 * Every third of the generators without those that take longest: all of them are compiled by
 * test/policy/hostile-folders.test.ts. A sidecar that is to choose between several Environments refuses them at once.
 */
const OTHERS =
  /Environments|unknown Issuers|one key thousands|rows of each|thousands of anchors|unknown fields|not closed on each line|thousand adopters|closing braces|without operands/;
const CHOSEN = HOSTILE_FOLDERS.filter(({ name }, at) => (at % 3 === 0 || at < 12) && !OTHERS.test(name));

/** A folder that loads arrives at a quarter of its size; `make bench PART=hostile-all` has all at full size. */
const SCALE = 0.25;
/** Milliseconds; a folder takes some seconds of a processor that others use too. */
const LONGEST = 180_000;

let stack: AsyncDisposableStack;
let server: HostileServer;
let good: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  server = await HostileServer.start(await scratchFolder(stack));
  stack.defer(() => server.stop());
  good = await server.digest();
}, LONGEST);

afterAll(() => stack.disposeAsync());

test('there are at least forty folders', () => {
  expect(CHOSEN.length + Object.keys(SPECIAL).length).toBeGreaterThanOrEqual(40);
});

test.each(CHOSEN.map((each) => [each.name, each] as const))(
  '%s',
  async (_name, { outcome, files }) => {
    const { result, codes, digest, memory, wrong, times } = await server.arrive(
      outcome === 'loads' ? files(SCALE) : files(),
    );
    if (outcome === 'loads') expect([result, codes]).toEqual(['success', []]);
    else {
      // A folder may meet a bound of its process first.
      const stopped = codes.includes('load_timeout') || codes.includes('load_memory');
      expect([result, stopped || codes.includes(outcome)]).toEqual(['failure', true]);
      expect(digest).toBe(good);
    }
    expect(wrong).toBe(0);
    expect(times.length).toBeGreaterThan(0);
    expect(memory).toBeLessThan(MEMORY);
  },
  LONGEST,
);

/** A version that differs from the good one. */
const MORE = { 'more.yaml': policy('more') };

/** Folders that are not made of files alone. */
const SPECIAL: Readonly<
  Record<string, { prepare: (dir: string) => Promise<void>; codes: readonly string[] }>
> = {
  'a pipe with the name of a policy file': {
    prepare: (dir) => pipe(join(dir, 'a.yaml')),
    codes: ['file_unreadable'],
  },
  'a repository whose HEAD is a pipe': {
    prepare: async (dir) => {
      await mkdir(join(dir, '.git/objects'), { recursive: true });
      await mkdir(join(dir, '.git/refs'));
      await pipe(join(dir, '.git/HEAD'));
    },
    codes: [],
  },
  'a link to itself': {
    prepare: (dir) => symlink('a.yaml', join(dir, 'a.yaml')),
    codes: ['file_unreadable'],
  },
  'a link to an endless device': {
    prepare: (dir) => symlink('/dev/zero', join(dir, 'a.yaml')),
    codes: ['file_unreadable'],
  },
  'a file of 100 MiB': {
    prepare: (dir) => writeFile(join(dir, 'a.yaml'), Buffer.alloc(100 * 1024 * 1024, '#')),
    codes: ['file_too_large'],
  },
};

test.each(Object.entries(SPECIAL))(
  '%s',
  async (_name, { prepare, codes: wanted }) => {
    const { result, codes, digest, wrong, memory } = await server.arrive(MORE, prepare);
    expect([result, codes]).toEqual([wanted.length === 0 ? 'success' : 'failure', wanted]);
    if (wanted.length > 0) expect(digest).toBe(good);
    expect(wrong).toBe(0);
    expect(memory).toBeLessThan(MEMORY);
  },
  LONGEST,
);

async function pipe(path: string): Promise<void> {
  await promisify(execFile)('mkfifo', [path]);
}
