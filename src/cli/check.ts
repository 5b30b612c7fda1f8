import { hasErrors, showDiagnostics } from '../diagnostic/collect.ts';
import { diagnosticsJson } from '../diagnostic/json.ts';
import { count } from './count.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openPolicyFolder, type PolicyFolder, renderAll, seenFrom } from './policy-folder.ts';
import { isColourful, type Terminal } from './terminal.ts';

export interface CheckOptions {
  readonly strict: boolean;
  readonly output: 'human' | 'json';
}

/** `lictor check DIR`: every mistake in a policy folder, with its place. */
export async function check(dir: string, options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const folder = await openPolicyFolder(dir, terminal);
  if ('problem' in folder) {
    terminal.stderr.write(`lictor check: ${folder.problem}\n`);
    return EXIT.usage;
  }
  const text = options.output === 'json' ? json(folder, dir, terminal) : human(folder, dir, terminal);
  terminal.stdout.write(text);
  const fails = options.strict ? folder.diagnostics.length > 0 : hasErrors(folder.diagnostics);
  return fails ? EXIT.fails : EXIT.fine;
}

function json(folder: PolicyFolder, dir: string, terminal: Terminal): string {
  const seen = folder.diagnostics.map((each) => seenFrom(each, dir, terminal));
  return `${JSON.stringify(diagnosticsJson(seen), null, 2)}\n`;
}

function human(folder: PolicyFolder, dir: string, terminal: Terminal): string {
  const { diagnostics, more } = showDiagnostics(folder.diagnostics);
  const colour = isColourful(terminal.stdout, terminal.environment);
  const hidden = more > 0 ? `… and ${count(more, 'diagnostic')} more\n\n` : '';
  return renderAll(diagnostics, folder, dir, terminal, colour) + hidden + summary(folder, dir);
}

function summary({ diagnostics, set, tests }: PolicyFolder, dir: string): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  if (errors > 0) return `${dir}: ${count(errors, 'error')}, ${count(warnings, 'warning')}\n`;
  const { policies = [], issuers = new Map() } = set ?? {};
  const held = [count(policies.length, 'policy'), count(issuers.size, 'issuer'), count(tests.length, 'test')];
  return `${dir}: ${held.join(', ')}: no errors${warnings > 0 ? `, ${count(warnings, 'warning')}` : ''}\n`;
}
