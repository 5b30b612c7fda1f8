import { resolve } from 'node:path';
import { CoverageCount } from '../coverage/count.ts';
import { instrumentFor } from '../coverage/observe.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { PolicyTestDocument } from '../policy/policy-test.ts';
import { count } from './count.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openPolicyFolder, type PolicyFolder, renderAll } from './policy-folder.ts';
import { isColourful, type Terminal } from './terminal.ts';
import { reportCoverage, wantsCoverage } from './test-coverage.ts';
import { Explainer, type Explanation } from './test-explain.ts';
import type { TestOptions } from './test-flags.ts';
import { githubReport, jsonReport, junitReport } from './test-formats.ts';
import { mutate, wantsMutation } from './test-mutation.ts';
import { humanReport, type TestReport } from './test-report.ts';
import { type CaseResult, type ListedCase, TestRun } from './test-run.ts';
import { Snapshots } from './test-snapshots.ts';
import { caseId, FailedCases } from './test-state.ts';

/** Failures beyond these are told without why. */
const MOST_EXPLAINED = 50;

/** `lictor test DIR`: runs the PolicyTests of a folder. */
export async function test(dir: string, options: TestOptions, terminal: Terminal): Promise<ExitCode> {
  const started = performance.now();
  const counted = wantsCoverage(options) ? new CoverageCount() : undefined;
  const folder = await openPolicyFolder(dir, terminal, counted && instrumentFor(counted));
  if ('problem' in folder) {
    terminal.stderr.write(`lictor test: ${folder.problem}\n`);
    return EXIT.usage;
  }
  const { set } = folder;
  if (set === undefined) {
    showErrors(folder, dir, terminal);
    return EXIT.fails;
  }
  const failed = new FailedCases(resolve(terminal.directory, dir), terminal.environment);
  const cases = chosen(folder.tests, options, failed);
  if (cases.length === 0 && !options.allowEmpty) {
    terminal.stderr.write(`lictor test: ${noCases(options)}; \`--allow-empty\` lets that pass\n`);
    return EXIT.fails;
  }
  const snapshots = new Snapshots(resolve(terminal.directory, dir), options.update);
  const now = Date.now();
  const results = await runAll(set, cases, now, snapshots);
  const explanations = await explainAll(folder, set, cases, results, now);
  failed.remember(results);
  const duration = performance.now() - started;
  const colour = isColourful(terminal.stdout, terminal.environment);
  const { seed } = options;
  const report = { results, explanations, dir, terminal, colour, duration, seed };
  terminal.stdout.write(written(options.output, report));
  const updated = await snapshots.write();
  if (updated > 0) terminal.stderr.write(`${count(updated, 'snapshot')} written\n`);
  const holds = results.every(({ differences }) => differences.length === 0);
  const isCovered = counted === undefined || (await reportCoverage(counted, folder, dir, options, terminal));
  if (!wantsMutation(options)) return holds && isCovered ? EXIT.fine : EXIT.fails;
  if (!holds || folder.files === undefined) {
    terminal.stderr.write('lictor test: a case fails, so nothing was mutated\n');
    return EXIT.fails;
  }
  const mutated = await mutate(
    { set, files: folder.files, folder, cases, now, snapshots },
    dir,
    options,
    terminal,
  );
  return mutated === EXIT.fine && !isCovered ? EXIT.fails : mutated;
}

function showErrors(folder: PolicyFolder, dir: string, terminal: Terminal): void {
  const errors = folder.diagnostics.filter(({ severity }) => severity === 'error');
  const colour = isColourful(terminal.stderr, terminal.environment);
  terminal.stderr.write(renderAll(errors.slice(0, 100), folder, dir, terminal, colour));
  terminal.stderr.write(`lictor test: the folder does not compile, no test was run\n`);
}

/** The cases that the flags ask for, in the order that they ask for. */
function chosen(
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

function noCases({ filter, onlyFailed }: TestOptions): string {
  if (onlyFailed) return 'no case is known to have failed';
  return filter === undefined ? 'the folder has no tests' : 'no case has such a name';
}

async function runAll(
  set: PolicySet,
  cases: readonly ListedCase[],
  now: number,
  snapshots: Snapshots,
): Promise<readonly CaseResult[]> {
  const run = new TestRun(set, now, { snapshots });
  const results: CaseResult[] = [];
  for (const { document, case: each } of cases) results.push(await run.run(document, each));
  return results;
}

async function explainAll(
  { files }: PolicyFolder,
  set: PolicySet,
  cases: readonly ListedCase[],
  results: readonly CaseResult[],
  now: number,
): Promise<ReadonlyMap<CaseResult, Explanation>> {
  const explanations = new Map<CaseResult, Explanation>();
  let explainer: Explainer | undefined;
  for (const [index, result] of results.entries()) {
    const document = cases[index]?.document;
    if (result.differences.length === 0 || document === undefined || files === undefined) continue;
    if (explanations.size >= MOST_EXPLAINED) break;
    explainer ??= new Explainer(files, set, now);
    const explanation = await explainer.explain(document, result);
    if (explanation !== undefined) explanations.set(result, explanation);
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
