import { CoverageCount } from '../../tools/coverage/count.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { openPolicyFolder, pathOf, showErrors } from '../terminal/policy-folder.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { changedDocuments } from './changed-policies.ts';
import { reportCoverage, wantsCoverage } from './coverage.ts';
import { caseId, FailedCases } from './failed-cases.ts';
import type { TestOptions } from './flags.ts';
import { mutate, wantsMutation } from './mutation.ts';
import { createTestSession, noCases, reportResults, runAll, selectCases } from './run-cases.ts';
import { watchTests } from './watch.ts';

/** `lictor test DIR`: runs the PolicyTests of a folder. */
export async function test(dir: string, options: TestOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.watch) return watchTests(dir, options, terminal);
  const started = performance.now();
  const folder = await openPolicyFolder(dir, terminal);
  if ('problem' in folder) {
    complain(terminal, 'test', folder.problem);
    return folder.code;
  }
  const { set } = folder;
  if (set === undefined) {
    showErrors(folder, dir, terminal);
    return EXIT.uncompiled;
  }
  const failed = new FailedCases(pathOf(dir, terminal), terminal.environment);
  const cases = selectCases(folder.tests, options, failed);
  if (cases.length === 0 && options.onlyFailed && folder.tests.length > 0) {
    terminal.stderr.write(`lictor test: ${noCases(options)}\n`);
    return EXIT.fine;
  }
  if (cases.length === 0 && !options.allowEmpty) {
    terminal.stderr.write(`lictor test: ${noCases(options)}; \`--allow-empty\` lets that pass\n`);
    return EXIT.fails;
  }
  const changed = await changedDocuments(folder, dir, options, terminal);
  if (changed === 'unknown') return EXIT.usage;
  const run = createTestSession(folder, set, dir, options, terminal);
  const counted = wantsCoverage(options)
    ? new CoverageCount({ ...folder, policies: set.policies })
    : undefined;
  const results = await runAll(run, cases, {
    trace: counted,
    onCase: ({ document, case: each }) => counted?.beginCase(caseId(document.name, each.name)),
  });
  failed.remember(results);
  const holds = await reportResults(run, cases, results, started, dir, options, terminal);
  const covered =
    counted === undefined
      ? EXIT.fine
      : await reportCoverage(counted, folder, dir, options, terminal, changed);
  if (!wantsMutation(options)) return holds ? covered : EXIT.fails;
  if (!holds || folder.files === undefined) {
    terminal.stderr.write('lictor test: a case fails, so nothing was mutated\n');
    return EXIT.fails;
  }
  const mutated = await mutate({ ...run, files: folder.files, cases }, dir, options, terminal, changed);
  return mutated === EXIT.fine ? covered : mutated;
}
