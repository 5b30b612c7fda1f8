import { printable } from '../../diagnostic/printable.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { fieldOf } from '../../tools/audit/record-filter.ts';

/** Form in which rows are printed. */
export type RowForm = 'json' | 'csv' | 'table';

/** Fields that a table or CSV has if none are named. */
export const USUAL_FIELDS = [
  'time',
  'decision_id',
  'decision',
  'reason',
  'status',
  'policy',
  'rule',
  'source.principal',
  'request.method',
  'request.host',
  'request.path',
] as const;

/** Rows as text. */
export interface RowWriter {
  /** Text to be printed for a row, with that of rows before it that waited. */
  add(row: readonly (JsonValue | undefined)[]): string;
  /** Text of rows that wait. */
  end(): string;
}

/** The values of a record, in the order of the fields. */
export function rowOf(
  record: JsonObject,
  paths: readonly (readonly string[])[],
): readonly (JsonValue | undefined)[] {
  return paths.map((path) => fieldOf(record, path));
}

export function rowWriter(form: RowForm, names: readonly string[]): RowWriter {
  switch (form) {
    case 'json':
      return { add: (row) => `${jsonRow(names, row)}\n`, end: () => '' };
    case 'csv':
      return csvWriter(names);
    case 'table':
      return new TableWriter(names);
  }
}

function jsonRow(names: readonly string[], row: readonly (JsonValue | undefined)[]): string {
  return JSON.stringify(Object.fromEntries(names.map((name, index) => [name, row[index]])));
}

function csvWriter(names: readonly string[]): RowWriter {
  let head = csvRow(names);
  const taken = (): string => {
    const text = head;
    head = '';
    return text;
  };
  return { add: (row) => taken() + csvRow(row.map(cellText)), end: taken };
}

function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A program for tables must not take a text for a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function cellText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Rows whose widths decide about the columns; later rows can be wider. */
const MEASURED = 500;
/** Most characters that a cell adds to its column. */
const WIDEST = 60;

class TableWriter implements RowWriter {
  #waiting: string[][];
  #widths: readonly number[] | undefined;

  constructor(names: readonly string[]) {
    this.#waiting = [[...names]];
  }

  add(row: readonly (JsonValue | undefined)[]): string {
    this.#waiting.push(row.map((value) => printable(cellText(value))));
    return this.#widths === undefined && this.#waiting.length <= MEASURED ? '' : this.end();
  }

  end(): string {
    const rows = this.#waiting;
    this.#waiting = [];
    this.#widths ??= (rows[0] ?? []).map((_, column) =>
      Math.min(WIDEST, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
    );
    const widths = this.#widths;
    return rows
      .map(
        (row) =>
          `${row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join('  ')
            .trimEnd()}\n`,
      )
      .join('');
  }
}
