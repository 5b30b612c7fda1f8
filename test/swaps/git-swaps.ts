import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectAsker, said } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { type Load, startLoad, type Tally } from '../support/load.ts';
import { seeded } from '../support/seeded.ts';
import { type Checkout, makeCheckout } from './git-operations.ts';
import { PATHS, versionIn } from './git-versions.ts';

export interface GitSwapOptions {
  /** Folder of the repository and of Lictor's files. */
  readonly folder: string;
  /** Number of git commands. */
  readonly count: number;
  /** Called after each step with the number of commands so far. */
  readonly onStep?: (done: number) => void;
}

/** Answers of one sidecar during the operations. */
interface Served {
  readonly mode: string;
  readonly tally: Tally;
  /** Distinct revisions that its answers named. */
  readonly revisions: number;
  /** Answers under a dirty revision. */
  readonly dirty: number;
  /** Answers that named a commit of another version, each kind with its number. */
  readonly misnamed: readonly string[];
}

export interface GitSwaps {
  /** Number of commands by the name of the command. */
  readonly commands: ReadonlyMap<string, number>;
  readonly served: readonly Served[];
  /** Milliseconds from the end of a step to the first answer of its version, in ascending order. */
  readonly live: readonly number[];
}

/** The ways in which a sidecar can read the policies. */
const MODES = [
  { mode: 'work tree', at: 'repository', args: [] },
  { mode: '--require-clean', at: 'repository', args: ['--require-clean'] },
  { mode: '--from-commit', at: 'repository', args: ['--from-commit'] },
  { mode: 'link to a work tree', at: 'link', args: [] },
] as const;

const SEED = 20_261_130;
/** Longest pause after a step, in milliseconds. */
const LONGEST_PAUSE = 150;

/** One sidecar under load. */
interface Lane {
  readonly mode: string;
  readonly load: Load;
  /** Number of answers by revision and version, separated by a space. */
  readonly answers: ReadonlyMap<string, number>;
}

/**
 * Runs git commands in a repository under load of sidecars that serve it in different ways. One of four steps waits
 * until its version answers; the others are followed by the next step, mostly before it could be loaded.
 */
export async function runGitSwaps({ folder, count, onStep }: GitSwapOptions): Promise<GitSwaps> {
  await using stack = new AsyncDisposableStack();
  const checkout = await makeCheckout(folder);
  const lanes: Lane[] = [];
  for (const [index, { mode, at, args }] of MODES.entries()) {
    const policies = join(folder, at, 'policies');
    const lictor = await startLictor({ folder: join(folder, `lictor-${index}`), policies, args: [...args] });
    stack.defer(lictor.stop);
    lanes.push(startLane(mode, lictor.listen, stack));
  }
  const commands = new Map<string, number>();
  const live: number[] = [];
  const random = seeded(SEED);
  for (let done = 0, step = 0; done < count; step += 1) {
    const ran = await checkout.step(random);
    for (const name of ran) commands.set(name, (commands.get(name) ?? 0) + 1);
    done += ran.length;
    if (step % 4 === 0) live.push(...(await untilLive(checkout, lanes)));
    else await pause(random() * LONGEST_PAUSE);
    onStep?.(done);
  }
  const served = await Promise.all(lanes.map((lane) => resultOf(lane, checkout)));
  return { commands, served, live: live.toSorted((a, b) => a - b) };
}

function startLane(mode: string, address: string, stack: AsyncDisposableStack): Lane {
  const asker = connectAsker(address);
  stack.defer(asker.close);
  const answers = new Map<string, number>();
  let asked = 0;
  const load = startLoad({
    ask: async () => {
      // Every second request shows the version of all files, the others what no version allows.
      asked += 1;
      const path = (asked % 2 === 0 ? undefined : PATHS[asked % PATHS.length]) ?? '/live';
      const answer = await asker.check({ host: 'any.acme.svc', path });
      const one = { revision: said(answer, 'revision'), verdict: versionIn(path, answer) };
      const key = `${one.revision} ${one.verdict}`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
      return one;
    },
    // The commit is checked at the end, when all commits are known.
    agrees: ({ verdict }) => verdict.startsWith('version '),
    lanes: 3,
    rest: 2,
  });
  stack.defer(async () => void (await load.stop()));
  return { mode, load, answers };
}

async function untilLive(checkout: Checkout, lanes: readonly Lane[]): Promise<readonly number[]> {
  const version = await checkout.headVersion();
  return Promise.all(
    lanes.filter(({ mode }) => mode !== 'link to a work tree').map(({ load }) => load.until(version, 10_000)),
  );
}

async function resultOf({ mode, load, answers }: Lane, checkout: Checkout): Promise<Served> {
  const tally = await load.stop();
  const misnamed: string[] = [];
  let dirty = 0;
  const revisions = new Set<string>();
  for (const [key, number] of answers) {
    const [revision = '', ...version] = key.split(' ');
    revisions.add(revision);
    if (revision.endsWith('-dirty')) dirty += number;
    else if ((await checkout.versionOf(revision)) !== version.join(' ')) misnamed.push(`${number} of ${key}`);
  }
  return { mode, tally, revisions: revisions.size, dirty, misnamed };
}
