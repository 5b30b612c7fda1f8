import { CsvError, parse } from 'csv-parse/sync';
import type { Declaration } from '../../cel/check/environment.ts';
import { isDeclarable } from '../../cel/check/environment.ts';
import { Lines } from '../../diagnostic/lines.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject, jsonText } from '../../engine/request/json-value.ts';
import type { DatasetSpec } from '../language/data-document.ts';
import type { Named } from '../language/document.ts';
import { sourceOf } from '../language/document.ts';
import { suggestion } from '../language/fields.ts';
import { type Located, report, shape } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { typeOfData } from './data-type.ts';
import { inlineData, type References } from './references.ts';

/** A value that expressions read by name, with its type. */
export interface DeclaredData {
  readonly value: JsonValue;
  readonly declaration: Declaration;
}

/** The name of a document in expressions, with `_` for `-`. */
export function nameInExpressions(name: string): string {
  return name.replaceAll('-', '_');
}

/** The value and type of a dataset; undefined after a reported mistake. */
export function compileDataset(
  { name }: Named,
  spec: DatasetSpec,
  references: References,
): DeclaredData | undefined {
  const wrongName = !isDeclarable(nameInExpressions(name.value));
  if (wrongName) {
    const help = 'expressions read a dataset as `data.NAME`: start the name with a letter';
    report(name.at, 'invalid_name', `no expression can read \`data.${nameInExpressions(name.value)}\``, help);
  }
  const rows = rowsOf(spec, references);
  const value = rows && spec.key !== undefined ? keyed(rows, spec.key, spec.file?.value) : rows?.value;
  return value === undefined || wrongName ? undefined : declareData(value);
}

export function declareData(value: JsonValue): DeclaredData {
  return { value, declaration: { type: typeOfData([value]), max: jsonText(value).length } };
}

/** The content of a dataset, with the location of each row. */
interface Rows {
  readonly value: JsonValue;
  /** Fields of every row; undefined if rows may have different fields. */
  readonly columns?: readonly string[];
  place(row: number): Cursor;
}

function rowsOf({ values, file }: DatasetSpec, references: References): Rows | undefined {
  if (file === undefined) return values === undefined ? undefined : plainRows(values, inlineData(values));
  if (file.value.endsWith('.csv')) return csvRows(file, references);
  if (/\.(json|ya?ml)$/.test(file.value)) {
    const data = references.read(file);
    return data && plainRows(file.at, data);
  }
  const help = 'a dataset is a `.csv`, `.json`, `.yaml` or `.yml` file';
  return report(
    file.at,
    'invalid_reference',
    `the type of the file \`${file.value}\` is not supported`,
    help,
  );
}

function plainRows(at: Cursor, { value, place }: ReturnType<typeof inlineData>): Rows | undefined {
  if (typeof value !== 'object' || value === null) {
    return report(at, 'wrong_type', `expected a list or a mapping, found ${shape(place(''))}`);
  }
  return { value, place: (row) => place(`/${row}`) };
}

/** A record of a CSV file by column name, with its line. */
interface CsvRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function csvRows(file: Located<string>, references: References): Rows | undefined {
  const found = references.readText(file);
  if (found === undefined) return undefined;
  const { path, text } = found;
  const { at } = file;
  const context = { path, lines: new Lines(text), diagnostics: at.context.diagnostics };
  const lineAt = (line: number): Cursor => {
    const start = context.lines.startOf(line);
    const range = { start, end: start + context.lines.line(line).length };
    return { context, tree: { kind: 'list', range, items: [], isPartial: false }, path: '', key: undefined };
  };
  const help = 'the first line names the columns, and every other line has a value for each column';
  try {
    let columns: readonly string[] = [];
    const records = parse(text, {
      bom: true,
      columns: (header: string[]) => {
        columns = header;
        return header;
      },
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
    // A file is empty for a moment while it is rewritten, which must not pass for a table without rows.
    if (columns.length === 0) {
      return report(at, 'invalid_reference', `\`${file.value}\` is empty`, help);
    }
    const invalid = columns.find((name, at) => name === '' || columns.indexOf(name) !== at);
    if (invalid !== undefined) {
      const message = invalid === '' ? 'a column has no name' : `two columns are named \`${invalid}\``;
      return report(lineAt(1), 'duplicate_name', message, help);
    }
    const rows = records as unknown as readonly CsvRecord[];
    return {
      value: rows.map(({ record }) => record),
      columns,
      place: (row) => lineAt(rows[row]?.info.lines ?? 1),
    };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error['lines'] ?? 1);
    return report(lineAt(line), 'invalid_reference', `the file is not valid CSV: ${reasonOf(error)}`, help);
  }
}

function reasonOf({ code }: CsvError): string {
  return code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase();
}

/** A mapping of rows by the value of one field. */
function keyed(
  { value, columns, place }: Rows,
  key: Located<string>,
  file: string | undefined,
): JsonValue | undefined {
  if (!Array.isArray(value)) {
    return report(
      key.at,
      'misplaced_field',
      '`key` indexes the rows of a list, but these values are a mapping',
      'remove it',
      key.at.key,
    );
  }
  if (columns !== undefined && !columns.includes(key.value)) {
    const message = `\`${file ?? ''}\` has no column \`${key.value}\``;
    return report(key.at, 'unknown_reference', message, suggestion(key.value, columns));
  }
  const found = new Map<string, { readonly row: JsonValue; readonly at: number }>();
  const rows: readonly JsonValue[] = value;
  for (const [index, row] of rows.entries()) {
    const own = isJsonObject(row) ? row[key.value] : undefined;
    if (typeof own !== 'string') {
      const columns = isJsonObject(row) ? suggestion(key.value, Object.keys(row)) : undefined;
      const message = `the row has no text in \`${key.value}\`, the key of the dataset`;
      return report(place(index), 'missing_field', message, columns);
    }
    const earlier = found.get(own);
    if (earlier !== undefined) {
      const { file, line } = sourceOf(place(earlier.at));
      const message = `another row has the key \`${own}\`, at ${file}:${line}`;
      report(place(index), 'duplicate_name', message, 'keys are unique in a dataset');
    } else found.set(own, { row, at: index });
  }
  return Object.fromEntries([...found].map(([name, { row }]) => [name, row]));
}
