import { painter } from '../../diagnostic/paint.ts';
import { printable } from '../../diagnostic/printable.ts';
import { thousands } from '../../diagnostic/thousands.ts';
import type { SeenCause } from './candidate-page.ts';
import { type Counts, judged } from './counts.ts';

/** The result of a gate, which passes without problems. */
export interface GateResult {
  /** Revision of the candidate; null if none was seen. */
  readonly revision: string | null;
  readonly counts: Counts;
  readonly problems: readonly string[];
  readonly sidecars: readonly {
    readonly address: string;
    readonly counts: Counts;
    readonly problem: string | null;
  }[];
  /** Causes of differences, of all sidecars. */
  readonly causes: readonly SeenCause[];
}

/** Most causes that are shown. */
const MOST_CAUSES = 10;

const COLUMNS = ['newly_allowed', 'newly_denied', 'other_reason', 'failed', 'dropped'] as const;

/** The result as JSON. */
export function jsonReport({ revision, counts, problems, sidecars, causes }: GateResult): string {
  const passes = problems.length === 0;
  const all = { judged: judged(counts), ...counts };
  const shown = sidecars.map((each) => ({
    ...each,
    counts: { judged: judged(each.counts), ...each.counts },
  }));
  return `${JSON.stringify({ passes, problems, revision, counts: all, sidecars: shown, causes: topOf(causes) }, null, 2)}\n`;
}

/** A table of the sidecars, the most frequent causes, and the verdict. */
export function humanReport(
  { revision, counts, problems, sidecars, causes }: GateResult,
  isColourful: boolean,
): string {
  const paint = painter(isColourful);
  const rows = [
    ['', 'judged', ...COLUMNS.map((column) => column.replace('_', ' '))],
    ...sidecars.map(({ address, counts: own }) => [address, ...cellsOf(own)]),
    [sidecars.length === 0 ? 'all sidecars' : 'together', ...cellsOf(counts)],
  ];
  const top = topOf(causes).map(
    ({ kind, live, candidate, count, example }) =>
      `  ${thousands(count)} ${kind.replace('_', ' ')}: ${live} -> ${candidate}, such as ${example}`,
  );
  const lines = [
    `candidate ${revision ?? 'unknown'}`,
    ...aligned(rows),
    ...(top.length === 0 ? [] : ['causes since these sidecars judge the candidate:', ...top]),
  ].map(printable);
  const verdict =
    problems.length === 0
      ? [paint('green', 'passed')]
      : problems.map((problem) => `${paint('red', 'failed')}: ${printable(problem)}`);
  return `${[...lines, ...verdict].join('\n')}\n`;
}

function cellsOf(counts: Counts): readonly string[] {
  return [judged(counts), ...COLUMNS.map((column) => counts[column])].map(thousands);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The causes of most requests, those of several sidecars together. */
function topOf(causes: readonly SeenCause[]): readonly SeenCause[] {
  const together = new Map<string, SeenCause>();
  for (const cause of causes) {
    const key = JSON.stringify([cause.kind, cause.live, cause.candidate]);
    const known = together.get(key);
    together.set(key, { ...(known ?? cause), count: (known?.count ?? 0) + cause.count });
  }
  return [...together.values()].toSorted((a, b) => b.count - a.count).slice(0, MOST_CAUSES);
}
