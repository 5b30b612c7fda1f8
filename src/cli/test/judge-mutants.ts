import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Mutant } from '../../tools/mutation/mutant.ts';
import type { ScoredMutant } from '../../tools/mutation/score.ts';
import type { PolicyFolder } from '../terminal/policy-folder.ts';
import { createJudge, type JudgedRun } from './judge-mutant.ts';

/** Bounds of a mutation run. */
export interface MutationJobs {
  /** Number of threads; undefined: one for each core. */
  readonly threads: number | undefined;
  /** Milliseconds from now, after which no further mutant is tried. */
  readonly time: number;
  /** The folder as an absolute path; undefined if it cannot be read again. */
  readonly path: string | undefined;
}

/** Input of a thread that judges mutants of a folder. */
export interface JudgeData {
  readonly path: string;
  /** The revision of the bytes that the cases passed with. */
  readonly digest: string;
  readonly now: number;
  /** Places of the cases in the folder. */
  readonly cases: readonly number[];
}

/** Sent by a thread: first that it is ready, or that the folder has changed; then the status of each mutant it gets. */
export type JudgeReport =
  | { readonly ready: boolean }
  | { readonly ready?: undefined; readonly status: ScoredMutant['status'] };

/** A thread takes about two seconds of a core until it judges as fast as this one, in which this one judges so many. */
const LEAST_PER_THREAD = 150;

/** This folder has source code or JavaScript, by whether the program runs from source. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './judge-thread.ts' : './judge-thread.js',
  import.meta.url,
);

type Add = (judged: ScoredMutant) => void;

/** Judges mutants until the time is over, on all cores if there are enough of them. */
export async function judgeMutants(
  run: JudgedRun & { readonly folder: Pick<PolicyFolder, 'tests'> },
  mutants: readonly Mutant[],
  { threads, time, path }: MutationJobs,
  add: Add,
): Promise<void> {
  const end = performance.now() + time;
  const queue = mutants.values();
  const next = (): Mutant | undefined => (performance.now() > end ? undefined : queue.next().value);
  const most = Math.floor(mutants.length / LEAST_PER_THREAD);
  const number = Math.min(threads ?? Math.min(availableParallelism(), most), mutants.length);
  if (path !== undefined && number > 1) {
    const data = { path, digest: run.set.revision.digest, now: run.now, cases: placesOf(run) };
    // A folder that has changed is judged here, by the files that were read.
    const left = await Promise.all(Array.from({ length: number }, () => judgeInThread(data, next, add)));
    if (left.every((isDone) => isDone)) return;
  }
  const judge = await createJudge(run);
  for (let mutant = next(); mutant !== undefined; mutant = next())
    add({ mutant, status: await judge(mutant) });
}

function placesOf({ cases, folder }: Parameters<typeof judgeMutants>[0]): readonly number[] {
  const places = new Map(
    folder.tests.flatMap((test) => test.cases).map((each, index) => [each, index] as const),
  );
  return cases.flatMap(({ case: each }) => places.get(each) ?? []);
}

/** Judges mutants in one thread until there are no more; false if it could not, as the folder has changed. */
async function judgeInThread(data: JudgeData, next: () => Mutant | undefined, add: Add): Promise<boolean> {
  const thread = new Worker(ENTRY, { workerData: data });
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  let current: Mutant | undefined;
  const order = (): void => {
    current = next();
    if (current === undefined) resolve(true);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    else thread.postMessage(current);
  };
  thread.on('message', (report: JudgeReport) => {
    if (report.ready === false) return resolve(false);
    if (report.ready === undefined && current !== undefined) add({ mutant: current, status: report.status });
    order();
  });
  thread.on('error', reject);
  thread.on('exit', () => reject(new Error('a thread that judges mutants ended early')));
  try {
    return await promise;
  } finally {
    thread.removeAllListeners('exit');
    await thread.terminate();
  }
}
