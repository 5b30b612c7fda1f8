import { type Paint, painter } from '../../diagnostic/paint.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { underlined } from '../../diagnostic/render.ts';
import { type Coverage, type CoveredParts, percentOfParts, shownPercent, shownShare } from './coverage.ts';
import { UNCOVERED } from './uncovered-comments.ts';

export interface TextOptions {
  readonly colour: boolean;
  /** A file of the folder as the user would name it. */
  path(file: string): string;
}

/** Gaps that are shown with their source line; the rest is counted. */
const MOST_GAPS = 100;

/** A table of the templates and policies, then each gap with its source line. */
export function coverageText(coverage: Coverage, { colour, path }: TextOptions): string {
  const paint = painter(colour);
  const { gaps, sources, excused, idle } = coverage;
  const out = tableLines(coverage, paint);
  for (const { span, missing } of gaps.slice(0, MOST_GAPS)) {
    const place = `${path(span.file)}:${span.start.line}:${span.start.column}:`;
    out.push('', `${paint('bold', place)} ${paint('red', missing)}`);
    const lines = sources.get(span.file);
    if (lines !== undefined) out.push(...underlined(lines, span, 'warning', { colour }));
  }
  if (gaps.length > MOST_GAPS) out.push('', `and ${gaps.length - MOST_GAPS} gaps more`);
  out.push(...adopterLines(coverage, path));
  if (excused.length > 0) {
    out.push('', `left out by \`# ${UNCOVERED}\`: ${excused.length}`);
    for (const { file, line, reason } of excused)
      out.push(paint('dim', `  ${path(file)}:${line}: ${reason}`));
  }
  for (const { file, line, reason } of idle) {
    const problem = reason === '' ? 'gives no reason after the colon' : 'has no effect; remove it';
    out.push('', `${path(file)}:${line}: \`# ${UNCOVERED}\` ${problem}`);
  }
  return `${joinLines(out)}\n`;
}

/** A row for each document, below that of a template one for each adopter, and one for all. */
function tableLines(coverage: Coverage, paint: Paint): string[] {
  const { rules, outcomes, patterns } = coverage;
  const rows = [
    ...coverage.documents.flatMap((document): readonly Row[] => [
      { ...document, title: document.name, style: 'plain' },
      ...document.adopters.map((each): Row => ({ ...each, title: `  by ${each.name}`, style: 'dim' })),
    ]),
    { title: 'all', style: 'bold', reached: true, rules, outcomes, patterns } satisfies Row,
  ];
  const width = Math.max(6, ...rows.map(({ title }) => title.length));
  const columns = (...cells: readonly [string, string, string]): string =>
    cells.map((cell, index) => `  ${cell.padStart([9, 11, 11][index] ?? 0)}`).join('');
  const head = `  ${'policy'.padEnd(width)}${columns('rules', 'outcomes', 'patterns')}`;
  const lines = rows.map((row) => {
    const percent = percentOfParts(row);
    const share = (row.reached ? shownPercent(percent) : 'never reached').padStart(5);
    const cells = columns(shownShare(row.rules), shownShare(row.outcomes), shownShare(row.patterns));
    const line = `${row.title.padEnd(width)}${cells}  `;
    if (row.style === 'dim') return `  ${paint('dim', `${line}${share}`)}`;
    const style = percent === 100 && row.reached ? 'green' : 'red';
    return `  ${row.style === 'bold' ? paint('bold', line) : line}${paint(style, share)}`;
  });
  return [paint('dim', head), ...lines];
}

interface Row extends Omit<CoveredParts, 'name'> {
  readonly title: string;
  readonly style: 'plain' | 'dim' | 'bold';
}

/** Per adopter of a template, the lines that only other adopters cover. */
function adopterLines({ documents }: Coverage, path: (file: string) => string): readonly string[] {
  return documents.flatMap(({ name, adopters }) => {
    const told = adopters.filter(({ gaps }) => gaps.length > 0);
    if (told.length === 0) return [];
    const rows = told.map((adopter) => {
      const lines = [...new Set(adopter.gaps.map(({ span }) => span.start.line))].toSorted((a, b) => a - b);
      const file = adopter.gaps[0]?.span.file ?? '';
      return `  ${adopter.name}: ${path(file)}:${lines.join(', ')}`;
    });
    return ['', `lines of the template \`${name}\` that only other policies cover (not counted):`, ...rows];
  });
}
