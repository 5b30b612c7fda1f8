import { Lines } from '../../diagnostic/lines.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { type Located, report } from '../language/reader.ts';
import type { Cursor, ReaderContext } from '../yaml/tree.ts';
import { parseCsv } from './csv.ts';

/** The rows of a CSV file. */
export interface CsvRows {
  /** By column name; all values are text. */
  readonly value: readonly JsonObject[];
  readonly columns: readonly string[];
  /** Line of each row, from 1. */
  readonly lines: readonly number[];
  readonly context: ReaderContext;
}

const HELP = 'the first line names the columns, and every other line has a value for each column';

/** The rows of a CSV text; undefined after a reported mistake. `file` is the reference to it. */
export function csvRows(
  path: string,
  text: string,
  { value: name, at }: Located<string>,
): CsvRows | undefined {
  const context = { path, lines: new Lines(text), diagnostics: at.context.diagnostics };
  const { records, problem, line } = { line: 1, ...parseCsv(text) };
  if (problem !== undefined) {
    const message = `the file is not valid CSV: ${problem}`;
    return report(lineOf(context, line), 'invalid_reference', message, HELP);
  }
  const [header, ...rows] = records;
  // A file is empty for a moment while it is rewritten, which must not pass for a table without rows.
  if (header === undefined) return report(at, 'invalid_reference', `\`${name}\` is empty`, HELP);
  const columns = header.fields;
  const invalid = invalidColumn(columns);
  if (invalid !== undefined) {
    const message = invalid === '' ? 'a column has no name' : `two columns are named \`${invalid}\``;
    return report(lineOf(context, header.line), 'duplicate_name', message, HELP);
  }
  const value = rows.map(({ fields }) =>
    Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? ''])),
  );
  return { value, columns, lines: rows.map((row) => row.line), context };
}

function invalidColumn(columns: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return columns.find((name) => name === '' || seen.has(name) || !seen.add(name));
}

/** A line of a CSV file, for diagnostics. */
export function lineOf(context: ReaderContext, line: number): Cursor {
  const start = context.lines.startOf(line);
  const range = { start, end: start + context.lines.line(line).length };
  return { context, tree: { kind: 'list', range, items: [], isPartial: false }, path: '', key: undefined };
}
