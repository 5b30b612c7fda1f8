import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PolicySet } from '../../../src/engine/set/policy-set.ts';
import type { Reload } from '../../../src/policy/source/store.ts';
import { encode } from '../../../src/policy/transfer/encode.ts';
import type { ProcessEvents } from '../../../src/sidecar/loading/forked-process.ts';
import { LivePolicies } from '../../../src/sidecar/loading/live-policies.ts';
import { Loader } from '../../../src/sidecar/loading/loader.ts';
import type {
  Delivery,
  LoadSettings,
  Order,
  Report,
  Resumption,
} from '../../../src/sidecar/loading/messages.ts';
import { PROGRAM_ENVIRONMENT } from '../../support/program.ts';
import { ROOT } from '../../support/tools.ts';
import { waitFor } from '../../support/wait.ts';

const SETTINGS: Omit<LoadSettings, 'maxTransfer' | 'isFirst'> = {
  dir: '/policies',
  revision: undefined,
  requireRevision: false,
  requireClean: false,
  fromCommit: undefined,
  environment: undefined,
  hasSharedStore: false,
};

/** One look at a folder without a change. */
const LOOK: readonly Report[] = [{ kind: 'busy', mark: undefined }, { kind: 'idle' }];
/** The load of a folder with this fingerprint; it delivers nothing. */
const load = (mark: string): readonly Report[] =>
  [LOOK[0], { kind: 'busy', mark }, { kind: 'idle' }] as Report[];

interface Started {
  readonly isFirst: boolean;
  readonly resume: Resumption | undefined;
  readonly orders: Order[];
  tell(...reports: readonly Report[]): void;
  end: ProcessEvents['onExit'];
}

/** A loader of processes that do what the test says. */
function loaderOf(times: { readonly idle?: number; readonly retry?: number } = {}) {
  const started: Started[] = [];
  const failures: string[] = [];
  const restarts: string[] = [];
  const policies = new LivePolicies({
    onSwap: () => {},
    onFailure: ({ diagnostics }) =>
      failures.push(...diagnostics.map(({ code, message }) => `${code}: ${message}`)),
    onRecovery: () => {},
  });
  const loader = new Loader({
    settings: SETTINGS,
    timeout: 60_000,
    memory: 512,
    ...times,
    startProcess({ isFirst }, resume, _heap, { onReport, onExit }) {
      const orders: Order[] = [];
      started.push({ isFirst, resume, orders, end: onExit, tell: (...reports) => reports.forEach(onReport) });
      return {
        send: (order) => orders.push(order),
        progress: () => '/policies/orders.yaml',
        memory: () => 0,
        kill: () => queueMicrotask(() => onExit('was ended by SIGKILL', 'killed')),
      };
    },
  });
  loader.serve({
    policies,
    prepare: () => ({ next: () => ({ done: true, value: undefined }) }),
    onRestart: (cause) => restarts.push(cause),
  });
  return { loader, started, failures, restarts };
}

/** The process of this number, from 0, which looks at the folder again and again until it is there. */
function nth(started: readonly Started[], number: number): Promise<Started> {
  return waitFor(
    () => {
      if (started.length <= number) started.at(-1)?.tell(...LOOK);
      return started[number];
    },
    { what: `process ${number}`, timeout: 5000, every: 2 },
  );
}

test('a process that only watched and was ended by others is replaced, and no load has failed', async () => {
  const { loader, started, failures, restarts } = loaderOf();
  const first = await nth(started, 0);
  first.tell(...load('one'), LOOK[0] as Report);
  first.end('was ended by SIGKILL', 'killed');
  const second = await nth(started, 1);
  expect(second.resume?.mark).toBe('one');
  // Also one that has loaded nothing.
  second.tell(...LOOK);
  second.end('was ended by SIGKILL', 'killed');
  expect((await nth(started, 2)).resume?.mark).toBe('one');
  expect(failures).toEqual([]);
  expect(restarts).toEqual(['was ended by SIGKILL', 'was ended by SIGKILL']);
  loader.close();
});

test('each load is the first until a policy set is live', async () => {
  const { loader, started } = loaderOf({ idle: 5, retry: 5 });
  const first = await nth(started, 0);
  first.end('was ended by SIGKILL', 'killed');
  const second = await nth(started, 1);
  const delivery: Delivery = { kind: 'swap', set: { revision: {} } as PolicySet, reload: {} as Reload };
  const [chunk] = encode(delivery);
  second.tell(...load('one').slice(0, 2), { kind: 'offer', size: 1 });
  const asked = (count: number): Promise<true> =>
    waitFor(() => second.orders.filter(({ kind }) => kind === 'next').length >= count || undefined, {
      what: 'a request for a chunk',
      timeout: 5000,
      every: 2,
    });
  await asked(1);
  if (chunk !== undefined) second.tell({ kind: 'chunk', chunk });
  await asked(2);
  second.tell({ kind: 'end' }, { kind: 'idle' });
  expect((await nth(started, 2)).isFirst).toBe(false);
  expect(started.map(({ isFirst }) => isFirst)).toEqual([true, true, false]);
  loader.close();
});

test('a process that others end while it loads is a failed load, which is tried again', async () => {
  const { loader, started, failures } = loaderOf({ retry: 30 });
  const first = await nth(started, 0);
  first.tell(LOOK[0] as Report, { kind: 'busy', mark: 'one' });
  first.end('was ended by SIGKILL', 'killed');
  const second = await nth(started, 1);
  expect(failures).toEqual([
    'load_ended: the process that loads `orders.yaml` was ended by SIGKILL, as by the kernel when the container has no memory left',
  ]);
  // Looks without a change do not put the attempt off.
  await waitFor(
    () => {
      second.tell(...LOOK);
      return second.orders.find(({ kind }) => kind === 'poke');
    },
    { what: 'another attempt', timeout: 5000, every: 2 },
  );
  loader.close();
});

test('some time after a load, a process without the compiler takes over, whatever looks come between', async () => {
  const { loader, started, failures, restarts } = loaderOf({ idle: 30 });
  (await nth(started, 0)).tell(...load('one'));
  const second = await nth(started, 1);
  expect(second.resume?.mark).toBe('one');
  expect([failures, restarts]).toEqual([[], []]);
  second.tell(...load('two'));
  expect((await nth(started, 2)).resume?.mark).toBe('two');
  loader.close();
});

/** Starts a process and writes what is told of it; `heap` is an argument of the process. */
const starting = (heap: string): string => `
  const { startProcess } = await import(${JSON.stringify(new URL('src/sidecar/loading/loading-process.ts', ROOT).href)});
  const onExit = (cause, how) => process.stdout.write(how + ': ' + cause);
  startProcess({}, undefined, ${heap}, { onReport: () => {}, onExit });`;

test.each([
  {
    name: 'if `fork` throws, as without memory: here for a null character in an argument',
    script: starting(`'1\\0'`),
    told: /^start: cannot be started: /,
  },
  {
    name: 'if `fork` emits an event, as without file descriptors',
    // After the modules: they need descriptors too.
    script: starting('64').replace(
      '  startProcess(',
      `  const { openSync } = await import('node:fs');
  try { for (;;) openSync('/dev/null', 'r'); } catch {}
  startProcess(`,
    ),
    told: /^start: cannot be started: spawn .* EMFILE$/,
  },
])('a process that cannot be started is told as the end of one, $name', async ({ script, told }) => {
  const command = 'ulimit -n 128; exec "$0" --input-type=module -e "$1"';
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, script], {
    env: { ...process.env, ...PROGRAM_ENVIRONMENT },
    timeout: 30_000,
  });
  expect(stdout).toMatch(told);
});
