import { painter } from '../../diagnostic/paint.ts';
import { compareVersions, type VersionChange } from '../../tools/diff/compare-versions.ts';
import { complain } from '../terminal/complain.ts';
import { usualFolder } from '../terminal/default-folder.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import type { DiffOptions } from './flags.ts';
import { markdownReport } from './markdown.ts';
import { openVersions } from './open-version.ts';
import { type DiffReport, humanReport, jsonReport } from './report.ts';

/** `lictor diff REV REV [DIR]`: what a change of policy changes, in words, for the tests and for made requests. */
export async function diff(
  versions: readonly [string, string],
  named: string | undefined,
  options: DiffOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const now = options.now === undefined ? Date.now() : Date.parse(options.now);
  if (Number.isNaN(now)) {
    complain(
      terminal,
      'diff',
      `\`--now\`: \`${options.now}\` is not a time, such as \`2026-06-01T12:00:00Z\``,
    );
    return EXIT.usage;
  }
  const dir = named ?? usualFolder(terminal);
  const opened = await openVersions(versions, dir, terminal);
  if ('problem' in opened) {
    complain(terminal, 'diff', opened.problem);
    return opened.code;
  }
  const [before, after] = opened;
  const change = await compareVersions(before, after, now);
  const report = { before, after, change, now };
  terminal.stdout.write(written(report, options, terminal));
  return fails(change, options) ? EXIT.fails : EXIT.fine;
}

function written(report: DiffReport, { output }: DiffOptions, terminal: Terminal): string {
  switch (output) {
    case 'human':
      return humanReport(report, painter(isColourful(terminal.stdout, terminal.environment)));
    case 'json':
      return jsonReport(report);
    case 'markdown':
      return markdownReport(report);
  }
}

function fails({ cases, search }: VersionChange, { failOn }: DiffOptions): boolean {
  if (failOn === undefined) return false;
  const kinds = new Set<string>([
    ...cases.changes.map(({ kind }) => kind),
    ...search.witnesses.map(({ flip }) => flip),
  ]);
  const [allowed, denied] = [kinds.has('newly_allowed'), kinds.has('newly_denied')];
  switch (failOn) {
    case 'newly-allowed':
      return allowed;
    case 'newly-denied':
      return denied;
    case 'any':
      return allowed || denied;
  }
}
