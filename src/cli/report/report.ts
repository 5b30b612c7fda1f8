import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { shownPath } from '../terminal/policy-folder.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { locationsIn, openValidFolder } from '../terminal/valid-folder.ts';
import { readCatalogue } from './catalogue.ts';
import { type Report, reportOf } from './controls.ts';
import type { ReportOptions } from './flags.ts';
import { runCases } from './reaching-cases.ts';
import { csvReport, jsonReport, markdownReport, textReport } from './report-form.ts';

/** `lictor report DIR`: prints compliance controls with the policies and rules that implement them, and their tests. */
export async function report(
  dir: string,
  { output, catalogue: file, endingWithin }: ReportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const catalogue = file === undefined ? undefined : await readCatalogue(file, terminal);
  if (catalogue !== undefined && 'problem' in catalogue) {
    complain(terminal, 'report', `--catalogue: ${catalogue.problem}`);
    return EXIT.usage;
  }
  const folder = await openValidFolder(dir, terminal);
  if ('problem' in folder) {
    complain(terminal, 'report', folder.problem);
    return folder.code;
  }
  const shown = (file: string): string => shownPath(file, dir, terminal);
  const now = Date.now();
  const content = reportOf({
    policies: folder.set.policies,
    cases: await runCases(folder.set, folder.tests, now),
    catalogue,
    now,
    endingWithin,
    shown,
    placesIn: ({ source }) => locationsIn(folder, source),
  });
  terminal.stdout.write(FORMS[output](content));
  return EXIT.fine;
}

const FORMS = {
  text: textReport,
  markdown: markdownReport,
  json: jsonReport,
  csv: csvReport,
} as const satisfies Record<ReportOptions['output'], (content: Report) => string>;
