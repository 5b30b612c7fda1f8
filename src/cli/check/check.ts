import { resolve } from 'node:path';
import { hasErrors, showDiagnostics } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { githubCommand } from '../../diagnostic/github.ts';
import { diagnosticsJson } from '../../diagnostic/json.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { sarifLog } from '../../diagnostic/sarif.ts';
import type { CompileOptions } from '../../policy/compile-folder.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { packageVersion } from '../../sidecar/server/version.ts';
import { complain } from '../terminal/complain.ts';
import { count } from '../terminal/count.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import {
  compileFiles,
  openPolicyFolder,
  type PolicyFolder,
  pathOf,
  renderAll,
  seenFrom,
  shownPath,
} from '../terminal/policy-folder.ts';
import { STANDARD_INPUT } from '../terminal/standard-input.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { fixErrors } from './fix-errors.ts';
import type { CheckOptions } from './flags.ts';
import { checkedPath } from './folder-of-file.ts';
import { writeFixed } from './write-fixes.ts';

const FORMS = { human, json, github, sarif } as const satisfies Record<
  CheckOptions['output'],
  (folder: PolicyFolder, dir: string, terminal: Terminal, of: string) => string
>;

/**
 * `lictor check PATH`: prints every mistake in a policy folder, or those of one of its files. `now` in milliseconds since
 * 1970.
 */
export async function check(
  path: string,
  options: CheckOptions,
  terminal: Terminal,
  now = Date.now(),
): Promise<ExitCode> {
  const { dir, file } = await checkedPath(path, terminal.directory);
  const lint = { isStrict: options.strict, now };
  // Before it is read: on a terminal it would be waited for.
  if (options.fix && dir === STANDARD_INPUT) {
    complain(terminal, 'check', 'standard input cannot be corrected by `--fix`; name a file or folder');
    return EXIT.usage;
  }
  let folder = await openPolicyFolder(dir, terminal, { lint });
  if (options.fix && !('problem' in folder)) {
    const isChanged = await fix(folder, { dir, file, lint }, terminal);
    if (isChanged) folder = await openPolicyFolder(dir, terminal, { lint });
  }
  if ('problem' in folder) {
    complain(terminal, 'check', folder.problem);
    return folder.code;
  }
  if (file === undefined) return show(folder, dir, options, terminal);
  const own = folder.diagnostics.filter(({ span }) => span.file === file);
  const code = show({ ...folder, diagnostics: own }, dir, options, terminal, path);
  const others = folder.diagnostics.filter((each) => each.severity === 'error' && each.span.file !== file);
  if (others.length > 0) {
    const errors = count(others.length, 'error');
    const command = `lictor check ${dir}`;
    complain(terminal, 'check', `${errors} in other files of the folder, which \`${command}\` shows`);
  }
  return code;
}

interface Checked {
  readonly dir: string;
  readonly file: string | undefined;
  readonly lint: CompileOptions['lint'];
}

/** Corrects the files of a folder, and says on standard error what was corrected. True if a file was written. */
async function fix(folder: PolicyFolder, { dir, file, lint }: Checked, terminal: Terminal): Promise<boolean> {
  const { files, diagnostics } = folder;
  if (files === undefined) return false;
  let isChanged = false;
  const compile = (changed: PolicyFiles): readonly Diagnostic[] =>
    compileFiles(changed, { lint }).diagnostics;
  for (const [name, { text, fixes }] of fixErrors(files, diagnostics, compile, file)) {
    const problem = await writeFixed(pathOf(dir, terminal), name, files.yaml.get(name), text);
    isChanged ||= problem === undefined;
    const shown = shownPath(name, dir, terminal);
    const done = `corrected ${count(fixes, 'mistake')} in \`${shown}\``;
    complain(
      terminal,
      'check',
      problem === undefined ? done : `\`${shown}\` is not corrected: it ${problem}`,
    );
  }
  return isChanged;
}

function show(
  folder: PolicyFolder,
  dir: string,
  { output, strict }: CheckOptions,
  terminal: Terminal,
  of = dir,
): ExitCode {
  terminal.stdout.write(FORMS[output](folder, dir, terminal, of));
  const fails = strict ? folder.diagnostics.length > 0 : hasErrors(folder.diagnostics);
  return fails ? EXIT.fails : EXIT.fine;
}

function json(folder: PolicyFolder, dir: string, terminal: Terminal): string {
  return `${JSON.stringify(diagnosticsJson(seenFromHere(folder, dir, terminal)), null, 2)}\n`;
}

/** Workflow commands of GitHub, and the summary for readers of the log. */
function github(folder: PolicyFolder, dir: string, terminal: Terminal, of: string): string {
  const commands = seenFromHere(folder, dir, terminal).map((each) => `${githubCommand(each)}\n`);
  return commands.join('') + summary(folder, dir, of);
}

function sarif(folder: PolicyFolder, dir: string, terminal: Terminal): string {
  const sources = new Map<string, Lines | undefined>();
  const seen = folder.diagnostics.map((each) => {
    const { span, ...rest } = seenFrom(each, dir, terminal);
    const file = span.file.startsWith('../') ? resolve(terminal.directory, span.file) : span.file;
    sources.set(file, folder.source(each.span.file));
    return { ...rest, span: { ...span, file } };
  });
  const log = sarifLog(seen, { version: packageVersion(), source: (file) => sources.get(file) });
  return `${JSON.stringify(log, null, 2)}\n`;
}

function seenFromHere(folder: PolicyFolder, dir: string, terminal: Terminal): readonly Diagnostic[] {
  return folder.diagnostics.map((each) => seenFrom(each, dir, terminal));
}

function human(folder: PolicyFolder, dir: string, terminal: Terminal, of: string): string {
  const { diagnostics, more } = showDiagnostics(folder.diagnostics);
  const colour = isColourful(terminal.stdout, terminal.environment);
  const hidden = more > 0 ? `… and ${count(more, 'diagnostic')} more\n\n` : '';
  return renderAll(diagnostics, folder, dir, terminal, colour) + hidden + summary(folder, dir, of);
}

/** Counts of what the folder holds, and of its mistakes; for a single file only its mistakes. */
function summary({ diagnostics, set, tests }: PolicyFolder, dir: string, of: string): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const line = (told: string) => `${joinLines([`${of}: ${told}`])}\n`;
  if (errors > 0) return line(`${count(errors, 'error')}, ${count(warnings, 'warning')}`);
  const clean = `no errors${warnings > 0 ? `, ${count(warnings, 'warning')}` : ''}`;
  if (of !== dir) return line(clean);
  const { policies = [], issuers = new Map() } = set ?? {};
  const parts = [
    count(policies.length, 'policy'),
    count(issuers.size, 'issuer'),
    count(tests.length, 'test'),
  ];
  return line(`${parts.join(', ')}: ${clean}`);
}
