import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { CoverageCount, type PolicyCount } from '../coverage/count.ts';
import { type CaseOutcome, isOfCase, type RunCases } from './case-outcome.ts';
import type { EditedFolder, FolderDiagnostics } from './edited-folder.ts';
import { nextTurn } from './turns.ts';

/** Results of the tests of a folder. */
export interface TestResults {
  /** In order of test and case; several for a case with rows or a matrix. */
  readonly outcomes: readonly CaseOutcome[];
  /** Coverage of each policy by the tests. */
  readonly policies: readonly PolicyCount[];
}

/** Maximum number of cases that are run after each compilation. More are run only by the command. */
const MOST_CASES = 1_000;

const cache = new WeakMap<FolderDiagnostics, Promise<TestResults | undefined>>();

/**
 * Results of the tests for the latest compilation, run once. Undefined if the folder has mistakes, has no cases, has
 * more than `MOST_CASES`, or changes before they have all run.
 */
export function testResults(
  folder: EditedFolder,
  dir: string,
  run: RunCases,
): Promise<TestResults | undefined> {
  const { latest } = folder;
  if (latest === undefined) return Promise.resolve(undefined);
  const results = cache.get(latest) ?? runAll(latest, dir, run, () => folder.isUnchangedSince(latest));
  cache.set(latest, results);
  return results;
}

const finished = new WeakMap<FolderDiagnostics, TestResults>();

/** Results for the latest compilation if the tests have run; else they start to. */
export function finishedResults(folder: EditedFolder, dir: string, run: RunCases): TestResults | undefined {
  const { latest } = folder;
  if (latest === undefined || !folder.isUnchangedSince(latest)) return undefined;
  // A failure is reported by the request for lenses.
  if (!cache.has(latest)) testResults(folder, dir, run).catch(() => {});
  return finished.get(latest);
}

async function runAll(
  latest: FolderDiagnostics,
  dir: string,
  run: RunCases,
  isCurrent: () => boolean,
): Promise<TestResults | undefined> {
  const { compiled } = latest;
  const { set, tests } = compiled;
  const cases = tests.reduce((sum, { cases: { length } }) => sum + length, 0);
  if (set === undefined || cases === 0 || cases > MOST_CASES) return undefined;
  const count = new CoverageCount({ ...compiled, policies: set.policies });
  const outcomes = await outcomesOf(run(set, tests, dir, count), isCurrent);
  if (outcomes === undefined) return undefined;
  const results = { outcomes, policies: count.policies };
  finished.set(latest, results);
  return results;
}

/** The cases of a test that have a name, or all; undefined if the folder has mistakes or no such case. */
export function casesNamed(
  { latest }: EditedFolder,
  test: string,
  name: string | undefined,
): PolicyTestDocument | undefined {
  const { set, tests = [] } = latest?.compiled ?? {};
  const named = tests.find((each) => each.name === test);
  if (set === undefined || named === undefined) return undefined;
  const cases = named.cases.filter((each) => name === undefined || isOfCase(each.name, name));
  return cases.length === 0 ? undefined : { ...named, cases };
}

/** Runs cases of one test; undefined if the folder has mistakes. */
export async function runCasesOf(
  folder: EditedFolder,
  dir: string,
  test: PolicyTestDocument,
  run: RunCases,
): Promise<readonly CaseOutcome[] | undefined> {
  const set = folder.latest?.compiled.set;
  return set === undefined ? undefined : outcomesOf(run(set, [test], dir));
}

/** The outcomes of all cases; undefined if they are not wanted any more. */
async function outcomesOf(
  running: AsyncIterable<CaseOutcome>,
  isWanted: () => boolean = () => true,
): Promise<readonly CaseOutcome[] | undefined> {
  const outcomes: CaseOutcome[] = [];
  for await (const outcome of running) {
    outcomes.push(outcome);
    await nextTurn();
    if (!isWanted()) return undefined;
  }
  return outcomes;
}
