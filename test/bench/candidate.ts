import { strict as assert } from 'node:assert';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decide } from '../../src/engine/decision/decide.ts';
import type { CandidateStatus } from '../../src/sidecar/server/candidate-status.ts';
import { attributes } from '../support/attributes.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { setOfFiles } from '../support/policy-set.ts';
import { childrenOf } from '../support/processes.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { measure } from './measure.ts';
import { loadSettings } from './peers/settings.ts';
import { DIST } from './peers/toolchain.ts';
import { pin, SIDECAR_CORE, type SteadyChecks, startSteadyLoad } from './reload/steady-load.ts';
import { at, row } from './rows.ts';
import { stationsOfCases } from './stations.ts';

/** Rounds, by default: each has a window without and one with a candidate. */
const ROUNDS = '8';
/** Length of a window, and of the time before it in which the load begins, in milliseconds. */
const WINDOW = 5000;
const WARM_UP = 1000;
/** Time between two checks, in milliseconds. */
const INTERVAL = 2;

const HOST = 'open.bench.example';
/** Elements of the list that the condition of the candidate looks through: ten times the cost of the live policies. */
const ELEMENTS = 1900;
const FEW = 8;

/** A policy that allows or denies every request after a look at a list. */
function policyText(effect: 'allow' | 'deny', elements: number): string {
  const names = Array.from({ length: elements }, (_, element) => `'${element.toString(36)}'`).join(', ');
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
  match: [{hosts: [${HOST}]}]
  rules:
    - {name: all, effect: ${effect}, when: "[${names}].all(name, !(name in request.headers))"}
`;
}

const LIVE = policyText('allow', FEW);
const CANDIDATE = policyText('deny', ELEMENTS);

interface Round {
  readonly without: SteadyChecks;
  readonly beside: SteadyChecks;
}

/**
 * Measures checks at a sidecar without a candidate, and at one whose candidate denies what the live policies allow and
 * costs ten times as much, in turns.
 */
export async function candidatePart(): Promise<string> {
  const { rounds: count, serve } = loadSettings({ ROUNDS, ...process.env });
  const [live, candidate] = await costs();
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const policies = await folderOf(join(folder, 'live'), LIVE);
  const next = await folderOf(join(folder, 'next'), CANDIDATE);
  const start = (name: string, args: readonly string[]) =>
    started({ folder: join(folder, name), policies, args: [...serve, ...args] }, stack);
  const without = await start('without', []);
  const beside = await start('beside', ['--candidate', next]);
  await waitFor(async () => ((await statusOf(beside))?.active ?? undefined) && true, {
    what: 'a candidate',
    timeout: 60_000,
    child: beside.child,
  });
  const rounds: Round[] = [];
  for (let round = 1; round <= count; round++) {
    process.stderr.write(`Round ${round} of ${count}\n`);
    rounds.push({ without: await window(without), beside: await window(beside) });
  }
  return report(rounds, candidate / live, (await statusOf(beside))?.comparison?.counts);
}

/** CPU microseconds of a decision by the live policies and by the candidate. */
async function costs(): Promise<readonly [number, number]> {
  const [station] = await stationsOfCases();
  assert(station !== undefined);
  const asked = attributes({ host: HOST });
  const [live, candidate] = await measure(
    [LIVE, CANDIDATE].map((text) => {
      const set = setOfFiles({ 'open.yaml': text });
      return { name: text.length.toString(), run: () => decide(asked, set, station.services) };
    }),
    { rounds: 5, runs: 5000 },
  );
  assert(live !== undefined && candidate !== undefined);
  return [live.median, candidate.median];
}

async function folderOf(folder: string, text: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'open.yaml'), text);
  return folder;
}

async function started(
  options: Pick<Parameters<typeof startLictor>[0], 'folder' | 'policies' | 'args'>,
  stack: AsyncDisposableStack,
): Promise<Lictor> {
  const lictor = await startLictor({ ...options, program: DIST });
  stack.defer(lictor.stop);
  for (const pid of [lictor.child.pid, ...childrenOf(lictor.child.pid, 'load-process')])
    pin(pid, SIDECAR_CORE);
  return lictor;
}

async function statusOf({ admin }: Lictor): Promise<CandidateStatus | null> {
  const status = (await (await fetch(`${admin}/v1/status`)).json()) as {
    readonly candidate: CandidateStatus | null;
  };
  return status.candidate;
}

async function window({ listen }: Lictor): Promise<SteadyChecks> {
  const load = startSteadyLoad(listen, HOST, INTERVAL);
  try {
    await pause(WARM_UP);
    await load.taken();
    await pause(WINDOW);
    return await load.taken();
  } finally {
    load.stop();
  }
}

type Judged = NonNullable<CandidateStatus['comparison']>['counts'];

function report(rounds: readonly Round[], ratio: number, counts: Judged | undefined): string {
  const figures = rounds.map(({ without, beside }) =>
    [0.5, 0.99, 0.999].flatMap((share) => [at(without.times, share), at(beside.times, share)]),
  );
  const medians = [0, 1, 2, 3, 4, 5].map((column) =>
    at(
      figures.map((each) => each[column] ?? 0),
      0.5,
    ),
  );
  const all = (side: keyof Round): readonly number[] => rounds.flatMap((round) => round[side].times);
  const p99 = at(all('beside'), 0.99) / at(all('without'), 0.99);
  const wrong = rounds.reduce((sum, { without, beside }) => sum + without.wrong + beside.wrong, 0);
  return `${[
    `candidate: a check each ${INTERVAL} ms, in turns for ${WINDOW / 1000} s at a sidecar without a candidate and at one whose`,
    `candidate differs on every request and costs ${ratio.toFixed(1)} times as much. Elapsed ms without it and beside it`,
    '',
    row('p50', 'beside', 'p99', 'beside', 'p99.9', 'beside', 'round'),
    ...figures.map((each, index) => row(...each.map(shown), String(index + 1))),
    row(...medians.map(shown), 'median'),
    '',
    `All rounds together: the p99 beside the candidate is ${p99.toFixed(2)} times that without it. ${wrong} wrong answers.`,
    `Judged and newly denied: ${counts?.newly_denied ?? 0}; dropped: ${counts?.dropped ?? 0}; failed: ${counts?.failed ?? 0}.`,
  ].join('\n')}\n`;
}

function shown(figure: number): string {
  return figure.toFixed(3);
}
