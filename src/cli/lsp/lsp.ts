import { resolve } from 'node:path';
import { keepOldGenerationSmall, keepYoungGenerationSmall } from '../../node/heap.ts';
import { packageVersion } from '../../sidecar/server/version.ts';
import type { ExplainCases, RunCases } from '../../tools/editor/case-outcome.ts';
import { startLanguageServer } from '../../tools/editor/language-server.ts';
import { FailureExplainer, type FailureExplanation } from '../../tools/testing/explain-failure.ts';
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
    tests: { run: runCases, explain: explainCases },
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

const explainCases: ExplainCases = async ({ set, expressionsOf }, test) => {
  if (set === undefined) return undefined;
  const now = Date.now();
  const decided = { ...set, ...NO_REVISION };
  const run = new TestRun(decided, now);
  const explainer = new FailureExplainer(decided, expressionsOf, now);
  const texts: string[] = [];
  for (const each of test.cases) {
    const result = await run.run(test, each);
    const { decision, reason } = result.answer;
    const head = `${test.name}: ${each.name}: ${decision}, ${reason}`;
    texts.push([head, ...explanationLines(await explainer.explain(test, result))].join('\n'));
  }
  return texts.join('\n\n');
};

function explanationLines({ policies, skipped, rules, conditions }: FailureExplanation): readonly string[] {
  return [
    `policies that apply: ${policies.length === 0 ? 'none' : policies.join(', ')}`,
    ...skipped.map(({ name, why }) => `${name} does not apply: ${why}`),
    ...rules.map(({ name, effect, result }) => `${effect} ${name}: ${result}`),
    ...conditions.flatMap(({ of, file, line, parts }) => [
      `${of} (${file}:${line})`,
      ...parts.map(
        ({ depth, text, value }) => `${'  '.repeat(depth + 1)}${text}${value === '' ? '' : `: ${value}`}`,
      ),
    ]),
  ];
}
