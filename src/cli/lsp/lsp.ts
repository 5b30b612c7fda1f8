import { resolve } from 'node:path';
import { keepOldGenerationSmall, keepYoungGenerationSmall } from '../../node/heap.ts';
import { packageVersion } from '../../sidecar/server/version.ts';
import type { RunCases } from '../../tools/editor/case-outcome.ts';
import { startLanguageServer } from '../../tools/editor/language-server.ts';
import { Snapshots } from '../../tools/testing/snapshots.ts';
import { TestRun } from '../../tools/testing/test-run.ts';
import type { ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { LspOptions } from './flags.ts';

/** `lictor lsp`: a language server for editors. It ends the process itself, at the request or after the end of the editor. */
export function lsp({ policies }: LspOptions, terminal: Terminal): Promise<ExitCode> {
  // An editor runs for days, and every key makes garbage.
  keepYoungGenerationSmall();
  keepOldGenerationSmall();
  startLanguageServer({
    input: process.stdin,
    output: process.stdout,
    version: packageVersion(),
    folders: policies.map((dir) => resolve(terminal.directory, dir)),
    runCases,
  });
  return new Promise(() => {});
}

/** Text in an editor has no revision. */
const NO_REVISION = {
  revision: { commit: '', digest: '', dirty: true, source: 'digest' },
  revisionText: '',
} as const;

const runCases: RunCases = async function* runCases(set, tests, dir, trace) {
  const snapshots = new Snapshots(dir, false);
  const run = new TestRun({ ...set, ...NO_REVISION }, Date.now(), { snapshots, trace });
  for (const test of tests) {
    for (const each of test.cases) {
      trace?.beginCase(`${test.name}: ${each.name}`);
      const { differences } = await run.run(test, each);
      const texts = differences.map(
        ({ field, wanted, got }) => `${field}: wanted \`${wanted}\`, got \`${got}\``,
      );
      yield { test: test.name, name: each.name, differences: texts };
    }
  }
};
