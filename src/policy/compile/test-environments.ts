import { quoted } from '../../diagnostic/suggest.ts';
import type { Named } from '../language/document.ts';
import { exactlyOne, suggestion } from '../language/fields.ts';
import { child, type Located, report } from '../language/reader.ts';
import type { TestSpec } from '../language/test-document.ts';
import type { CompiledNames } from './test-names.ts';

/** Runs of a case: one, or one in each of several Environments, which are then part of its name. */
export interface RunsIn {
  /** Names of Environments; one empty name if the folder has none. */
  readonly names: readonly string[];
  readonly isNamed: boolean;
}

/** The Environments of a test: those that it names, else the only one of the folder. */
export function environmentsOf(
  { name, at }: Named,
  { environment, environments }: Pick<TestSpec, 'environment' | 'environments'>,
  known: CompiledNames,
): RunsIn {
  const spec = child(at, 'spec');
  if (environment !== undefined && environments !== undefined && spec !== undefined)
    exactlyOne({ ...spec, path: '' }, ['environment', 'environments']);
  if (environments !== undefined) return severalOf(environments, known);
  const [first = '', second] = known.environments.keys();
  if (environment !== undefined) {
    reportUnknown(environment, known);
    return { names: [environment.value], isNamed: false };
  }
  if (second !== undefined) {
    const help = `write \`environment:\` with one of ${quoted(known.environments.keys())}, or \`environments:\` with several`;
    const message = 'the folder has several Environments, and the test names none';
    report({ ...at, path: '' }, 'missing_field', message, help, name.at.tree.range);
  }
  return { names: [first], isNamed: false };
}

/** The Environments that a case names, else those of its test. */
export function environmentsOfCase(
  named: readonly Located<string>[] | undefined,
  ofTest: RunsIn,
  known: CompiledNames,
): RunsIn {
  return named === undefined ? ofTest : severalOf(named, known);
}

/** The name of a case in one of its Environments: `CASE [production]`. */
export function nameIn(name: string, environment: string, { isNamed }: RunsIn): string {
  return isNamed ? `${name} [${environment}]` : name;
}

function severalOf(named: readonly Located<string>[], known: CompiledNames): RunsIn {
  const names = new Set<string>();
  for (const each of named) {
    reportUnknown(each, known);
    if (names.has(each.value))
      report(each.at, 'duplicate_name', `the Environment \`${each.value}\` is named twice`, 'remove it here');
    names.add(each.value);
  }
  return { names: [...names], isNamed: true };
}

function reportUnknown({ value, at }: Located<string>, { environments, incomplete }: CompiledNames): void {
  if (environments.has(value) || incomplete) return;
  const help = () => suggestion(value, environments.keys());
  report(at, 'unknown_reference', `unknown Environment \`${value}\``, help);
}
