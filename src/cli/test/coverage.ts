import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { annotation } from '../../diagnostic/github.ts';
import type { CoverageCount } from '../../tools/coverage/count.ts';
import { type Coverage, coverageOf, type Gap, shownPercent } from '../../tools/coverage/coverage.ts';
import { coverageHtml } from '../../tools/coverage/html.ts';
import { coverageJson } from '../../tools/coverage/json.ts';
import { coverageLcov } from '../../tools/coverage/lcov.ts';
import { coverageText } from '../../tools/coverage/text.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { type PolicyFolder, shownPath } from '../terminal/policy-folder.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import type { Changed } from './changed-policies.ts';
import type { TestOptions } from './flags.ts';
import { reportStream } from './report-stream.ts';

/** True if a flag asks for coverage. */
export function wantsCoverage({ coverage, coverageOutput, minCoverage }: TestOptions): boolean {
  return coverage || coverageOutput !== undefined || minCoverage !== undefined;
}

/** Prints and writes the coverage, of the changed documents with `--since`. It fails below `--min-coverage`. */
export async function reportCoverage(
  count: CoverageCount,
  folder: PolicyFolder,
  dir: string,
  options: TestOptions,
  terminal: Terminal,
  changed: Changed | undefined,
): Promise<ExitCode> {
  const coverage = coverageOf(
    count,
    (file) => folder.source(file),
    ({ source, kind, name }) => changed?.(source.file, kind, name) !== false,
  );
  const path = (file: string): string => shownPath(file, dir, terminal);
  if (options.coverage) {
    const stream = reportStream(options, terminal);
    const colour = isColourful(stream, terminal.environment);
    stream.write(`\ncoverage\n${coverageText(coverage, { colour, path })}`);
  }
  if (options.coverage && options.output === 'github') {
    terminal.stdout.write(coverage.gaps.map((gap) => `${annotationOf(gap, path)}\n`).join(''));
  }
  if (options.coverageOutput !== undefined) {
    const file = resolve(terminal.directory, options.coverageOutput);
    await writeFile(file, coverageFile(coverage, extname(file), path));
  }
  const { minCoverage = 0 } = options;
  if (coverage.percent >= minCoverage) return EXIT.fine;
  terminal.stderr.write(
    `lictor test: ${shownPercent(coverage.percent)} is covered, \`--min-coverage\` asks for ${minCoverage} %\n`,
  );
  return EXIT.fails;
}

function annotationOf({ span, missing }: Gap, path: (file: string) => string): string {
  const shown = { ...span, file: path(span.file) };
  return annotation({ severity: 'warning', span: shown, title: 'lictor coverage', message: missing });
}

function coverageFile(coverage: Coverage, extension: string, path: (file: string) => string): string {
  switch (extension) {
    case '.html':
      return coverageHtml(coverage, path);
    case '.json':
      return coverageJson(coverage, path);
    default:
      return coverageLcov(coverage, path);
  }
}
