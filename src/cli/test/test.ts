import { CoverageCount } from '../../tools/coverage/count.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { openPolicyFolder, pathOf, showErrors } from '../terminal/policy-folder.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { reportCoverage, wantsCoverage } from './coverage.ts';
import { FailedCases } from './failed-cases.ts';
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
  const run = createTestSession(folder, set, dir, options, terminal);
  const { expressionsOf } = folder;
  const counted = wantsCoverage(options)
    ? new CoverageCount({ policies: set.policies, expressionsOf })
    : undefined;
  const results = await runAll(run, cases, { trace: counted });
  failed.remember(results);
  const holds = await reportResults(run, cases, results, started, dir, options, terminal);
  const isCovered = counted === undefined || (await reportCoverage(counted, folder, dir, options, terminal));
  if (!wantsMutation(options)) return holds && isCovered ? EXIT.fine : EXIT.fails;
  if (!holds || folder.files === undefined) {
    terminal.stderr.write('lictor test: a case fails, so nothing was mutated\n');
    return EXIT.fails;
  }
  const mutated = await mutate({ ...run, files: folder.files, cases }, dir, options, terminal);
  return mutated === EXIT.fine && !isCovered ? EXIT.fails : mutated;
}
