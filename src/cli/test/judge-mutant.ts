import type { PolicySet } from '../../engine/set/policy-set.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { compileFolder } from '../../policy/compile-folder.ts';
import { messageSupport } from '../../policy/message-support.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { edited } from '../../tools/mutation/edit.ts';
import type { Mutant } from '../../tools/mutation/mutant.ts';
import type { ScoredMutant } from '../../tools/mutation/score.ts';
import { ReachedPolicies } from '../../tools/testing/reached-policies.ts';
import type { Snapshots } from '../../tools/testing/snapshots.ts';
import { type ListedCase, TestRun } from '../../tools/testing/test-run.ts';
import { MutationFiles, type Reach } from './mutation-files.ts';

/** The cases that mutants are judged by, which all pass. */
export interface JudgedRun {
  readonly set: PolicySet;
  readonly files: PolicyFiles;
  readonly cases: readonly ListedCase[];
  readonly snapshots: Snapshots;
  /** Milliseconds since 1970, for tests that do not say what time it is. */
  readonly now: number;
}

/** Judges one mutant. */
export type Judge = (mutant: Mutant) => Promise<ScoredMutant['status']>;

/** A judge of mutants, after one run of the cases that shows which policies each of them reaches. */
export async function createJudge(run: JudgedRun): Promise<Judge> {
  const { set, files, cases } = run;
  const reach = await reachOf(run);
  const trial = new MutationFiles(files, set, reach);
  return (mutant) => judge(run, trial, mutant, reachedBy(mutant, set, cases, reach));
}

/** The cases that a change may be of account for, while it governs the same requests. */
function reachedBy(
  { document: { kind, name } }: Mutant,
  { policies }: PolicySet,
  cases: readonly ListedCase[],
  reach: Reach,
): readonly ListedCase[] {
  const policy = kind === 'Policy' ? policies.find((each) => each.name === name) : undefined;
  // A condition that is false today may be true in the change.
  if (policy === undefined || policy.match.some(({ when }) => when !== undefined)) return cases;
  return cases.filter((each) => reach.get(each)?.has(name));
}

async function judge(
  mutation: JudgedRun,
  trial: MutationFiles,
  { file, edit, widens }: Mutant,
  reached: readonly ListedCase[],
): Promise<ScoredMutant['status']> {
  const change = (text: string): string => edited(text, edit);
  const { cases } = mutation;
  const some = reached.length < cases.length ? reached : undefined;
  const status = await judgeBy(mutation, trial.with(file, change, some), reached);
  // A policy that governs more than before may be noticed by whom it did not govern.
  if (status !== 'survived' || !widens || some === undefined) return status;
  return judgeBy(mutation, trial.with(file, change), cases);
}

async function judgeBy(
  { set: { revision, revisionText }, now, snapshots }: JudgedRun,
  files: PolicyFiles,
  cases: readonly ListedCase[],
): Promise<ScoredMutant['status']> {
  const { set } = compileFolder(files, { crypto: nodeCrypto, messages: await messageSupport(files) });
  if (set === undefined) return 'invalid';
  const run = new TestRun({ ...set, revision, revisionText }, now, { snapshots });
  for (const { document, case: each } of cases) {
    const { differences } = await run.run(document, each);
    if (differences.length > 0) return 'killed';
  }
  return 'survived';
}

async function reachOf({ set, cases, now }: JudgedRun): Promise<Reach> {
  const reach = new Map<ListedCase, ReadonlySet<string>>();
  const reached = new ReachedPolicies();
  const run = new TestRun(set, now, { trace: reached });
  for (const each of cases) {
    const names = reached.begin();
    await run.run(each.document, each.case);
    reach.set(each, names);
  }
  return reach;
}
