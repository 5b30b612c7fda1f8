import type { PolicySet } from '../policy/policy-set.ts';
import type { PolicyTestDocument } from '../policy/policy-test.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openPolicyFolder, renderAll } from './policy-folder.ts';
import { isColourful, type Terminal } from './terminal.ts';
import { humanReport, jsonReport } from './test-report.ts';
import { type CaseResult, TestRun } from './test-run.ts';

export interface TestOptions {
  readonly filter?: string;
  readonly allowEmpty: boolean;
  readonly output: 'human' | 'json';
}

/** `lictor test DIR`: runs the PolicyTests of a folder. */
export async function test(dir: string, options: TestOptions, terminal: Terminal): Promise<ExitCode> {
  const started = performance.now();
  const folder = await openPolicyFolder(dir, terminal);
  if ('problem' in folder) {
    terminal.stderr.write(`lictor test: ${folder.problem}\n`);
    return EXIT.usage;
  }
  if (folder.set === undefined) {
    const errors = folder.diagnostics.filter(({ severity }) => severity === 'error');
    const colour = isColourful(terminal.stderr, terminal.environment);
    terminal.stderr.write(renderAll(errors.slice(0, 100), folder, dir, terminal, colour));
    terminal.stderr.write(`lictor test: the folder does not compile, no test was run\n`);
    return EXIT.fails;
  }
  const results = await runAll(folder.set, folder.tests, options.filter);
  if (results.length === 0 && !options.allowEmpty) {
    const none = options.filter === undefined ? 'the folder has no tests' : 'no case has such a name';
    terminal.stderr.write(`lictor test: ${none}; \`--allow-empty\` lets that pass\n`);
    return EXIT.fails;
  }
  const duration = performance.now() - started;
  const colour = isColourful(terminal.stdout, terminal.environment);
  terminal.stdout.write(
    options.output === 'json'
      ? jsonReport(results, dir, terminal)
      : humanReport(results, { dir, terminal, colour, duration }),
  );
  return results.every(({ differences }) => differences.length === 0) ? EXIT.fine : EXIT.fails;
}

async function runAll(
  set: PolicySet,
  tests: readonly PolicyTestDocument[],
  filter: string | undefined,
): Promise<CaseResult[]> {
  const run = new TestRun(set, Date.now());
  const results: CaseResult[] = [];
  for (const document of tests) {
    for (const each of document.cases) {
      if (filter !== undefined && !`${document.name}: ${each.name}`.includes(filter)) continue;
      results.push(await run.run(document, each));
    }
  }
  return results;
}
