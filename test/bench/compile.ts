import { strict as assert } from 'node:assert';
import { memoryFiles } from '../policy/memory-files.ts';
import { compileFolder } from '../support/compile.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { type Contender, type Effort, measure, table } from './measure.ts';

/** Lines of the folders. The last one has more than 10,000 rules. */
const LINES = [1000, 10_000, 80_000];

/** Measures the compilation of a folder, from its text to a policy set. */
export async function compilePart({ rounds }: Effort): Promise<string> {
  const title = 'compile: CPU time of compiling a folder of policies';
  return table(title, await measure(LINES.map(contender), { rounds, runs: 1 }));
}

function contender(lines: number): Contender {
  const folder = memoryFiles(policyFolder(lines));
  const { set, diagnostics } = compileFolder(folder);
  assert.equal(diagnostics[0]?.message, undefined, 'the generated folder has no mistakes');
  assert(set !== undefined);
  const rules = set.policies.flatMap(({ denyRules, allowRules }) => [...denyRules, ...allowRules]).length;
  const name = `${lines} lines, ${set.policies.length} policies, ${rules} rules`;
  return { name, run: () => compileFolder(folder) };
}
