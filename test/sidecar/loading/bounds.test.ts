import { kill } from 'node:process';
import { policy } from '../../policy/hostile-folders/hostile-folder.ts';
import { HOSTILE_FOLDERS } from '../../policy/hostile-folders/hostile-folders.ts';
import { isRunning, nicenessOf } from '../../support/processes.ts';
import { RunningLoader } from '../../support/running-loader.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';

/** Milliseconds; a process starts in about a second of a processor that others use too. */
const LONGEST = 120_000;
/** Waits so long that a test never sees their end, in milliseconds. */
const NEVER = { idle: 1e9, retry: 1e9 };
/** Bounds that a small folder keeps on a busy machine too. */
const WIDE = { timeout: 60_000, memory: 512 };

const GOOD = { 'good.yaml': policy('good') };
const OTHER = { 'other.yaml': policy('other') };

/** Half a minute of work: ten times the folder that takes longest for its size. */
const SLOW = times(10, (each) => [`slow-${each}.yaml`, slowest()]);

/** Some hundred MiB once they are read. */
const LARGE = {
  ...times(30, (each) => [`t${each}.yaml`, table(`t${each}`)]),
  ...times(30, (each) => [`t${each}.csv`, rows(10_000)]),
};

let stack: AsyncDisposableStack;
let folder: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
});

afterEach(() => stack.disposeAsync());

function start(limits: Partial<Parameters<typeof RunningLoader.start>[3]> = {}): Promise<RunningLoader> {
  return RunningLoader.start(stack, folder, GOOD, { ...WIDE, ...NEVER, ...limits });
}

const live = ({ policies }: RunningLoader): readonly string[] | undefined =>
  policies.current()?.policies.map(({ name }) => name);

describe('a bound', () => {
  test(
    'of time names the file that was worked on; the last version stays, and the next good one is live',
    async () => {
      const running = await start({ timeout: 8_000, memory: 4_096 });
      await running.next('swap');
      const before = await running.process();
      await running.replace({ ...GOOD, ...SLOW });
      expect(await running.next('failure')).toEqual({
        kind: 'failure',
        code: 'load_timeout',
        file: expect.stringMatching(/^slow-\d\.yaml$/),
        message: expect.stringMatching(
          /^`slow-\d\.yaml` takes longer to load than 8 s, after which the load was stopped$/,
        ),
      });
      expect(live(running)).toEqual(['good']);
      expect(isRunning(before)).toBe(false);
      await running.replace(OTHER);
      expect((await running.next('swap')).policies).toEqual(['other']);
    },
    LONGEST,
  );

  test(
    'of memory names the file that was worked on; the folder of before is a recovery',
    async () => {
      const running = await start({ memory: 160 });
      await running.next('swap');
      await running.replace({ ...GOOD, ...LARGE });
      expect(await running.next('failure')).toEqual({
        kind: 'failure',
        code: 'load_memory',
        file: expect.stringMatching(/^t\d+\.(csv|yaml)$/),
        message: expect.stringContaining('takes more than 160 MiB to load, at which the load was stopped'),
      });
      expect(live(running)).toEqual(['good']);
      await running.replace(GOOD);
      await running.next('recovery');
      expect(live(running)).toEqual(['good']);
    },
    LONGEST,
  );
});

describe('a process that only watches', () => {
  test(
    'is replaced by one without the compiler, which does not load the folder again but sees its change',
    async () => {
      const running = await start({ idle: 1_500 });
      await running.next('swap');
      const first = await running.process();
      const second = await running.process(first);
      expect(isRunning(first)).toBe(false);
      const loads = running.events.filter(({ kind }) => kind === 'load').length;
      await running.replace(OTHER);
      expect((await running.next('swap')).policies).toEqual(['other']);
      expect(running.events.filter(({ kind }) => kind === 'load').length).toBeGreaterThan(loads);
      expect(running.events.some(({ kind }) => kind === 'failure')).toBe(false);
      expect(isRunning(second)).toBe(true);
    },
    LONGEST,
  );

  test(
    'and is killed by somebody is replaced at once, and nothing has failed',
    async () => {
      const running = await start();
      await running.next('swap');
      const first = await running.process();
      await waitUntilIdle(running);
      kill(first, 'SIGKILL');
      const second = await running.process(first);
      await running.replace(OTHER);
      expect((await running.next('swap')).policies).toEqual(['other']);
      expect(running.events.some(({ kind }) => kind === 'failure')).toBe(false);
      expect(isRunning(second)).toBe(true);
    },
    LONGEST,
  );
});

test(
  'a process that somebody has stopped is replaced, and the change that it has missed is live',
  async () => {
    const running = await start({ silence: 3_000 });
    await running.next('swap');
    const first = await running.process();
    await waitUntilIdle(running);
    kill(first, 'SIGSTOP');
    await running.replace(OTHER);
    expect((await running.next('swap')).policies).toEqual(['other']);
    expect(isRunning(first)).toBe(false);
    expect(running.events.some(({ kind }) => kind === 'failure')).toBe(false);
  },
  LONGEST,
);

/** The second look after a change loads once more; nothing is loaded after it. */
function waitUntilIdle({ events, loader }: RunningLoader): Promise<true> {
  return waitFor(
    () => (events.filter(({ kind }) => kind === 'load').length >= 2 && loader.isResting ? true : undefined),
    { what: 'a loading process at rest', timeout: 60_000 },
  );
}

test(
  'a process that is killed while it loads is reported, and the folder is tried again after waits that grow',
  async () => {
    const running = await start({ retry: 500 });
    await running.next('swap');
    await waitUntilIdle(running);
    running.skip();
    await running.replace({ ...GOOD, ...SLOW });
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      await running.next('load');
      kill(await running.process(), 'SIGKILL');
      const killed = performance.now();
      if (attempt === 0) {
        expect(await running.next('failure')).toMatchObject({
          code: 'load_ended',
          message: expect.stringMatching(/^the process that loads .* was ended by SIGKILL/),
        });
      }
      await running.next('load');
      pauses.push(performance.now() - killed);
      expect(live(running)).toEqual(['good']);
      running.again();
    }
    expect(pauses.map((pause, at) => pause >= 500 * 2 ** at)).toEqual([true, true, true]);
    await running.replace(OTHER);
    expect((await running.next('swap')).policies).toEqual(['other']);
  },
  LONGEST,
);

test(
  'all threads of the process yield the processor to answers, once there are any',
  async () => {
    const running = await start();
    await running.next('swap');
    const process = await running.process();
    await waitFor(() => nicenessOf(process).every((niceness) => niceness === 10) || undefined, {
      what: 'a process whose threads all have the niceness 10',
      timeout: 10_000,
    });
  },
  LONGEST,
);

function slowest(): string {
  const found = HOSTILE_FOLDERS.find(({ name }) => name.includes('many entries within brackets'));
  return String(Object.values(found?.files() ?? {})[0]);
}

function table(name: string): string {
  return `apiVersion: lictor/v1\nkind: Dataset\nmetadata: {name: ${name}}\nspec: {file: ${name}.csv, key: id}\n`;
}

function rows(count: number): string {
  const lines = Array.from({ length: count }, (_, at) => `r${at},tenant-${at % 97},plan-${at % 5}`);
  return `id,tenant,plan\n${lines.join('\n')}\n`;
}

function times(
  count: number,
  entry: (each: number) => readonly [string, string],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, each) => entry(each)));
}
