import type { Connection } from 'vscode-languageserver';
import type { CaseOutcome, ExplainCases, RunCases } from './case-outcome.ts';
import { EXPLAIN_CASE, RUN_TEST, summary } from './code-lens.ts';
import { casesNamed, runCasesOf } from './test-results.ts';
import type { Workspace } from './workspace.ts';

/** The code of the server, which runs and explains cases. */
export interface TestRunner {
  readonly run: RunCases;
  readonly explain: ExplainCases;
}

/**
 * Handles the commands of lenses. Their results are messages. An explanation is the answer to its command and in the log
 * of the server as well; there is no message for an editor that shows the answer in a document of its own.
 */
export function answerCommands(
  connection: Connection,
  workspace: Workspace,
  runner: TestRunner,
  showsExplanations: () => boolean,
): void {
  connection.onExecuteCommand(async ({ command, arguments: [uri, name, caseName] = [] }) => {
    if (typeof uri !== 'string' || typeof name !== 'string') return null;
    const site = await workspace.ready(uri);
    const only = typeof caseName === 'string' ? caseName : undefined;
    const test = site && casesNamed(site.folder, name, only);
    const title = only === undefined ? name : `${name}: ${only}`;
    if (site === undefined || test === undefined) {
      connection.window.showErrorMessage('the folder has mistakes, or no such case');
    } else if (command === RUN_TEST) {
      show(connection, title, (await runCasesOf(site.folder, site.dir, test, runner.run)) ?? []);
    } else if (command === EXPLAIN_CASE && site.folder.latest !== undefined) {
      const explained = await runner.explain(site.folder.latest.compiled, test);
      const text = explained ?? `${title}: nothing to explain`;
      connection.console.info(text);
      if (!showsExplanations()) connection.window.showInformationMessage(text);
      return text;
    }
    return null;
  });
}

function show({ window }: Connection, title: string, outcomes: readonly CaseOutcome[]): void {
  const message = `${title}: ${summary(outcomes)}`;
  const failed = outcomes.find(({ differences }) => differences.length > 0);
  if (failed === undefined) window.showInformationMessage(message);
  else window.showErrorMessage(`${message}: ${failed.name}: ${failed.differences.join('; ')}`);
}
