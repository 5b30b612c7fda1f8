import { painter } from '../../diagnostic/paint.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { underlined } from '../../diagnostic/render.ts';
import { type Coverage, percentOf, shownPercent, shownShare, sum, UNCOVERED } from './coverage.ts';

export interface TextOptions {
  readonly colour: boolean;
  /** A file of the folder as the user would name it. */
  path(file: string): string;
}

/** Gaps that are shown with their source line; the rest is counted. */
const MOST_GAPS = 100;

/** A table of the policies, then each gap with its source line. */
export function coverageText(coverage: Coverage, { colour, path }: TextOptions): string {
  const paint = painter(colour);
  const { policies, gaps, sources, excused, idle } = coverage;
  const rows = [
    ...policies.map(({ name, reached, rules, outcomes }) => ({ name, reached, rules, outcomes })),
    { name: 'all', reached: true, rules: coverage.rules, outcomes: coverage.outcomes },
  ];
  const width = Math.max(6, ...rows.map(({ name }) => name.length));
  const out = [
    paint('dim', `  ${'policy'.padEnd(width)}  ${'rules'.padStart(9)}  ${'outcomes'.padStart(11)}`),
  ];
  for (const { name, reached, rules, outcomes } of rows) {
    const percent = percentOf(sum([rules, outcomes]));
    const whole = percent === 100 && reached;
    const share = (reached ? shownPercent(percent) : 'never reached').padStart(5);
    const line = `${name.padEnd(width)}  ${shownShare(rules).padStart(9)}  ${shownShare(outcomes).padStart(11)}  `;
    out.push(`  ${name === 'all' ? paint('bold', line) : line}${paint(whole ? 'green' : 'red', share)}`);
  }
  for (const { span, missing } of gaps.slice(0, MOST_GAPS)) {
    const place = `${path(span.file)}:${span.start.line}:${span.start.column}:`;
    out.push('', `${paint('bold', place)} ${paint('red', missing)}`);
    const lines = sources.get(span.file);
    if (lines !== undefined) out.push(...underlined(lines, span, 'warning', { colour }));
  }
  if (gaps.length > MOST_GAPS) out.push('', `and ${gaps.length - MOST_GAPS} gaps more`);
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
