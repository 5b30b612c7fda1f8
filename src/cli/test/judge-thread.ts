import { parentPort, workerData } from 'node:worker_threads';
import type { Mutant } from '../../tools/mutation/mutant.ts';
import { Snapshots } from '../../tools/testing/snapshots.ts';
import { openPolicyFolder } from '../terminal/policy-folder.ts';
import { processTerminal } from '../terminal/terminal.ts';
import { createJudge, type Judge } from './judge-mutant.ts';
import type { JudgeData, JudgeReport } from './judge-mutants.ts';

// A thread that judges mutants of a folder, one after the other. Its data is a `JudgeData`, its orders are mutants.

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const report = (message: JudgeReport): void => parentPort?.postMessage(message);

const judge = await judgeFor(workerData as JudgeData);
parentPort?.on('message', (mutant: Mutant) => void judge?.(mutant).then((status) => report({ status })));
report({ ready: judge !== undefined });

/** The judge; undefined if the folder is no longer the one that the cases passed with. */
async function judgeFor({ path, digest, now, cases: places }: JudgeData): Promise<Judge | undefined> {
  const folder = await openPolicyFolder(path, processTerminal());
  if ('problem' in folder || folder.set?.revision.digest !== digest || folder.files === undefined)
    return undefined;
  const all = folder.tests.flatMap((document) => document.cases.map((each) => ({ document, case: each })));
  const cases = places.flatMap((place) => all[place] ?? []);
  const { set, files } = folder;
  return createJudge({ set, files, cases, snapshots: new Snapshots(path, false), now });
}
