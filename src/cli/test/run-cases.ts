import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DecisionTrace } from '../../engine/decision/trace.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { FailureExplainer, type FailureExplanation } from '../../tools/testing/explain-failure.ts';
import { Snapshots } from '../../tools/testing/snapshots.ts';
import { type CaseResult, type ListedCase, TestRun } from '../../tools/testing/test-run.ts';
import { count } from '../terminal/count.ts';
import { type PolicyFolder, pathOf } from '../terminal/policy-folder.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { caseId, type FailedCases } from './failed-cases.ts';
import type { TestOptions } from './flags.ts';
import { humanReport, type TestReport } from './human-report.ts';
import { githubReport, jsonReport, junitReport } from './report-formats.ts';
import { isForPrograms } from './report-stream.ts';

/** Number of failures that are explained. */
const MOST_EXPLAINED = 50;

/** Input of a run of cases. */
export interface TestSession {
  readonly folder: PolicyFolder;
  readonly set: PolicySet;
  readonly snapshots: Snapshots;
  /** Milliseconds since 1970, for tests that do not say what time it is. */
  readonly now: number;
}

export function createTestSession(
  folder: PolicyFolder,
  set: PolicySet,
  dir: string,
  { update }: TestOptions,
  terminal: Terminal,
): TestSession {
  const snapshots = new Snapshots(pathOf(dir, terminal), update);
  return { folder, set, snapshots, now: Date.now() };
}

/** Cases selected by the flags, in the order that they ask for. */
export function selectCases(
  tests: readonly PolicyTestDocument[],
  { filter, onlyFailed, seed }: TestOptions,
  failed: FailedCases,
): readonly ListedCase[] {
  const wanted = onlyFailed ? failed.read() : undefined;
  const cases = tests.flatMap((document) => document.cases.map((each) => ({ document, case: each })));
  const listed = cases.filter(({ document, case: each }) => {
    const id = caseId(document.name, each.name);
    return (filter === undefined || id.includes(filter)) && wanted?.has(id) !== false;
  });
  return seed === undefined ? listed : shuffled(listed, seed);
}

/** Fisher and Yates, by a generator of Marsaglia's (xorshift, 32 bits). */
function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const out = [...list];
  let state = (seed ^ 0x9e3779b9) | 1;
  for (let index = out.length - 1; index > 0; index--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (index + 1);
    [out[index], out[other]] = [out[other] as T, out[index] as T];
  }
  return out;
}

/** Message for an empty selection. */
export function noCases({ filter, onlyFailed }: TestOptions): string {
  if (onlyFailed) return 'no case failed in the last run';
  return filter === undefined ? 'the folder has no tests' : 'no case has such a name';
}

/** Observers of a run. */
export interface RunObserver {
  readonly trace?: DecisionTrace | undefined;
  /** Called with each case before it runs. */
  readonly onCase?: (each: ListedCase) => void;
}

/** Runs cases in their order. */
export async function runAll(
  { set, now, snapshots }: TestSession,
  cases: readonly ListedCase[],
  { trace, onCase }: RunObserver = {},
): Promise<readonly CaseResult[]> {
  const run = new TestRun(set, now, { snapshots, trace });
  const results: CaseResult[] = [];
  for (const each of cases) {
    onCase?.(each);
    results.push(await run.run(each.document, each.case));
  }
  return results;
}

/** Prints the results, explains failures, and writes snapshots. True if all cases pass. */
export async function reportResults(
  running: TestSession,
  cases: readonly ListedCase[],
  results: readonly CaseResult[],
  started: number,
  dir: string,
  options: TestOptions,
  terminal: Terminal,
): Promise<boolean> {
  const { output, outputFile, quiet, seed } = options;
  const explanations = await explainAll(running, cases, results);
  const duration = performance.now() - started;
  const colour = isColourful(terminal.stdout, terminal.environment);
  const report = { results, explanations, dir, terminal, colour, quiet, duration, seed };
  terminal.stdout.write(isForPrograms(options) ? written(output, report) : humanReport(report));
  if (outputFile !== undefined) {
    const text = written(output, { ...report, colour: false, quiet: false });
    await writeFile(resolve(terminal.directory, outputFile), text);
  }
  const updated = await running.snapshots.write();
  if (updated > 0) terminal.stderr.write(`${count(updated, 'snapshot')} written\n`);
  return results.every(({ differences }) => differences.length === 0);
}

async function explainAll(
  { folder, set, now }: TestSession,
  cases: readonly ListedCase[],
  results: readonly CaseResult[],
): Promise<ReadonlyMap<CaseResult, FailureExplanation>> {
  const explanations = new Map<CaseResult, FailureExplanation>();
  let explainer: FailureExplainer | undefined;
  for (const [index, result] of results.entries()) {
    const document = cases[index]?.document;
    if (result.differences.length === 0 || document === undefined) continue;
    if (explanations.size >= MOST_EXPLAINED) break;
    explainer ??= new FailureExplainer(set, (policy) => folder.expressionsOf(policy), now);
    explanations.set(result, await explainer.explain(document, result));
  }
  return explanations;
}

function written(output: TestOptions['output'], report: TestReport): string {
  switch (output) {
    case 'human':
      return humanReport(report);
    case 'json':
      return jsonReport(report);
    case 'junit':
      return junitReport(report);
    case 'github':
      return githubReport(report);
  }
}
