import { nodeCrypto } from '../../node/crypto.ts';
import { compileInSlices } from '../../policy/compile-folder.ts';
import { CoverageCount, type PolicyCount } from '../coverage/count.ts';
import { instrumentFor } from '../coverage/observe.ts';
import type { CaseOutcome, RunCases } from './case-outcome.ts';
import type { EditedFolder, FolderDiagnostics } from './edited-folder.ts';

/** What the tests of a folder came to. */
export interface TestedFolder {
  /** By test and case; several where a case has rows or a matrix. */
  readonly outcomes: readonly CaseOutcome[];
  /** What they reached of each policy. */
  readonly policies: readonly PolicyCount[];
}

/** With more cases than these, tests are run when they are asked for only. */
const MOST_CASES = 1_000;

const known = new WeakMap<FolderDiagnostics, Promise<TestedFolder | undefined>>();

/** The tests of a folder as it was compiled last, run once. Undefined: it has mistakes, or too many cases. */
export function testedOf(
  folder: EditedFolder,
  dir: string,
  run: RunCases,
): Promise<TestedFolder | undefined> {
  const { judged } = folder;
  if (judged === undefined) return Promise.resolve(undefined);
  const made = known.get(judged) ?? testAll(judged, dir, run);
  known.set(judged, made);
  return made;
}

async function testAll(
  { files, compiled }: FolderDiagnostics,
  dir: string,
  run: RunCases,
): Promise<TestedFolder | undefined> {
  const cases = compiled.tests.reduce((sum, { cases: { length } }) => sum + length, 0);
  if (compiled.set === undefined || cases === 0 || cases > MOST_CASES) return undefined;
  const count = new CoverageCount();
  const options = { crypto: nodeCrypto, instrument: instrumentFor(count) };
  const { set, tests } = await compileInSlices(files, options, {
    now: () => performance.now(),
    pause: nextTurn,
  });
  const outcomes: CaseOutcome[] = [];
  if (set !== undefined) outcomes.push(...(await outcomesOf(run(set, tests, dir))));
  return { outcomes, policies: count.policies };
}

/** The cases of one test, run now. */
export async function testOne(
  folder: EditedFolder,
  dir: string,
  name: string,
  run: RunCases,
): Promise<readonly CaseOutcome[] | undefined> {
  const { set, tests = [] } = folder.judged?.compiled ?? {};
  const wanted = tests.filter((test) => test.name === name);
  return set === undefined || wanted.length === 0 ? undefined : outcomesOf(run(set, wanted, dir));
}

async function outcomesOf(running: AsyncIterable<CaseOutcome>): Promise<readonly CaseOutcome[]> {
  const outcomes: CaseOutcome[] = [];
  for await (const outcome of running) {
    outcomes.push(outcome);
    await nextTurn();
  }
  return outcomes;
}

/** Lets what the editor asks meanwhile be answered. */
async function nextTurn(): Promise<void> {
  await new Promise((resume) => setImmediate(resume));
}
