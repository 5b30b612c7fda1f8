import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Lictor, startLictor } from '../../support/lictor.ts';
import { readLines } from '../../support/log-lines.ts';
import { type LoopTimes, loopTimes, loopWatch } from '../../support/loop-times.ts';
import { childrenOf, residentMemory } from '../../support/processes.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';
import { loadSettings } from '../peers/settings.ts';
import { DIST } from '../peers/toolchain.ts';
import { at, row } from '../rows.ts';
import { pin, SIDECAR_CORE, type SteadyChecks, type SteadyLoad, startSteadyLoad } from './steady-load.ts';
import { OPEN_HOST, RULES, removeVersion, swapTo } from './versions.ts';

/** Rounds, by default: a time without a reload, and one of the same length with a reload in it. */
const ROUNDS = '6';
/** Length of both, in milliseconds. */
const WINDOW = 6000;
/** Time between two checks, in milliseconds. */
const INTERVAL = 2;

interface Figures {
  readonly checks: SteadyChecks;
  readonly loop: LoopTimes;
}

interface Round {
  readonly quiet: Figures;
  readonly beside: Figures;
  readonly install: Install;
  /** Resident memory of the sidecar at the end, in MiB. */
  readonly memory: number;
}

/** Times of an installation as the sidecar logs them, in milliseconds. */
interface Install {
  readonly install_ms: number;
  readonly swap_ms: number;
}

/** Measures checks at a running sidecar without reloads and while one version of 10,000 rules replaces another. */
export async function reloadPart(): Promise<string> {
  const { rounds: count, serve } = loadSettings({ ROUNDS, ...process.env });
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  await mkdir(join(folder, 'policies'));
  await swapTo(join(folder, 'policies'), 0);
  const lictor = await startLictor({
    folder,
    policies: join(folder, 'policies/live'),
    program: DIST,
    args: ['--log-level', 'debug', ...serve],
    env: loopWatch(join(folder, 'loop.sock')),
  });
  stack.defer(lictor.stop);
  for (const pid of [lictor.child.pid, ...childrenOf(lictor.child.pid, 'load-process')])
    pin(pid, SIDECAR_CORE);
  const load = startSteadyLoad(lictor.listen, OPEN_HOST, INTERVAL);
  stack.defer(load.stop);
  await pause(WINDOW);
  const rounds: Round[] = [];
  for (let version = 1; version <= count; version++) {
    process.stderr.write(`Reload ${version} of ${count}\n`);
    rounds.push(await measured({ lictor, load, folder, version }));
  }
  return report(rounds);
}

interface Bench {
  readonly lictor: Lictor;
  readonly load: SteadyLoad;
  readonly folder: string;
  readonly version: number;
}

async function measured({ lictor, load, folder, version }: Bench): Promise<Round> {
  const figures = async (): Promise<Figures> => ({
    checks: await load.taken(),
    loop: await loopTimes(join(folder, 'loop.sock')),
  });
  const policies = join(folder, 'policies');
  await figures();
  await pause(WINDOW);
  const quiet = await figures();
  const end = pause(WINDOW);
  await swapTo(policies, version);
  const install = await waitFor(async () => (await installs(lictor))[version], {
    what: 'the next policy set',
    timeout: 60_000,
    child: lictor.child,
  });
  await end;
  const beside = await figures();
  await removeVersion(policies, version - 1);
  return { quiet, beside, install, memory: residentMemory(lictor.child.pid) };
}

async function installs({ child }: Lictor): Promise<readonly Install[]> {
  return (await readLines<Partial<Install>>(child.log)).filter((line): line is Install => 'swap_ms' in line);
}

function report(rounds: readonly Round[]): string {
  const lines = rounds.map(({ quiet, beside, install, memory }, index) => ({
    figures: [...figuresOf(quiet, beside), install.install_ms, install.swap_ms, memory],
    note: `${index + 1}${wrongIn(quiet, beside)}`,
  }));
  const columns = lines[0]?.figures.length ?? 0;
  const medians = Array.from({ length: columns }, (_, column) =>
    at(
      lines.map(({ figures }) => figures[column] ?? 0),
      0.5,
    ),
  );
  const late = rounds.flatMap(({ beside }) => beside.checks.late);
  return `${[
    `reload: a check each ${INTERVAL} ms, in ${WINDOW / 1000} s without a reload and in ${WINDOW / 1000} s in which a version of ${RULES} rules replaces`,
    'another. Elapsed ms without it and beside it: p99 of the checks, p99.9, most; longest delay of the event loop of the',
    'sidecar (1 ms is its resolution); longest pause of its garbage collector; time to install the set in steps, without',
    'compiling it; the swap itself; resident MiB of the sidecar. All of the sidecar, the process that compiles included,',
    'has one core, and the load generator the other',
    '',
    row(...HEADINGS, 'reload'),
    ...lines.map(({ figures, note }) => row(...shown(figures), note)),
    row(...shown(medians), 'median'),
    '',
    `The load generator sent 99 % of the checks beside reloads at most ${at(late, 0.99).toFixed(1)} ms late, which does not count.`,
  ].join('\n')}\n`;
}

// biome-ignore format: a figure and the one beside it
const HEADINGS = [
  'p99', 'beside', 'more', 'p99.9', 'beside', 'most', 'beside', 'loop', 'beside', 'gc', 'beside', 'install', 'swap', 'MiB',
];

function figuresOf(quiet: Figures, beside: Figures): readonly number[] {
  const pair = (figure: (of: Figures) => number): readonly [number, number] => [
    figure(quiet),
    figure(beside),
  ];
  const share = (part: number): readonly [number, number] => pair(({ checks }) => at(checks.times, part));
  const [p99, besideP99] = share(0.99);
  return [
    p99,
    besideP99,
    besideP99 - p99,
    ...share(0.999),
    ...share(1),
    ...pair(({ loop }) => loop.delay),
    ...pair(({ loop }) => loop.collection),
  ];
}

function shown(figures: readonly number[]): readonly string[] {
  return figures.map((figure) => figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0));
}

function wrongIn(...parts: readonly Figures[]): string {
  const wrong = parts.reduce((sum, { checks }) => sum + checks.wrong, 0);
  return wrong === 0 ? '' : `, ${wrong} WRONG`;
}
