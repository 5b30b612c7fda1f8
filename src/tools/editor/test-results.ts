import { CoverageCount, type PolicyCount } from '../coverage/count.ts';
import type { CaseOutcome, RunCases } from './case-outcome.ts';
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

async function runAll(
  { compiled }: FolderDiagnostics,
  dir: string,
  run: RunCases,
  isCurrent: () => boolean,
): Promise<TestResults | undefined> {
  const { set, tests } = compiled;
  const cases = tests.reduce((sum, { cases: { length } }) => sum + length, 0);
  if (set === undefined || cases === 0 || cases > MOST_CASES) return undefined;
  const count = new CoverageCount({ ...compiled, policies: set.policies });
  const outcomes = await outcomesOf(run(set, tests, dir, count), isCurrent);
  return outcomes && { outcomes, policies: count.policies };
}

/** Runs the cases of one test; undefined if the folder has mistakes or no such test. */
export async function runTest(
  folder: EditedFolder,
  dir: string,
  name: string,
  run: RunCases,
): Promise<readonly CaseOutcome[] | undefined> {
  const { set, tests = [] } = folder.latest?.compiled ?? {};
  const named = tests.filter((test) => test.name === name);
  return set === undefined || named.length === 0 ? undefined : outcomesOf(run(set, named, dir));
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
