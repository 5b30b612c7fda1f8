import type { Declaration } from '../../cel/check/environment.ts';
import { isDeclarable } from '../../cel/check/environment.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject, jsonText } from '../../engine/request/json-value.ts';
import type { DatasetSpec } from '../language/data-document.ts';
import type { Named } from '../language/document.ts';
import { sourceOf } from '../language/document.ts';
import { suggestion } from '../language/fields.ts';
import { type Located, report, shape } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { lineOf } from './csv-file.ts';
import { typeOfData } from './data-type.ts';
import { inlineData, type References } from './references.ts';

/** A value that expressions read by name, with its type. */
export interface DeclaredData {
  readonly value: JsonValue;
  readonly declaration: Declaration;
}

/** A dataset, with the location of its parts by JSON pointer (RFC 6901). */
export interface CompiledDataset extends DeclaredData {
  place(pointer: string): Cursor;
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
): CompiledDataset | undefined {
  const wrongName = !isDeclarable(nameInExpressions(name.value));
  if (wrongName) {
    const help = 'expressions read a dataset as `data.NAME`: start the name with a letter';
    report(name.at, 'invalid_name', `no expression can read \`data.${nameInExpressions(name.value)}\``, help);
  }
  const rows = rowsOf(spec, references);
  const value = rows && spec.key !== undefined ? keyedOnce(rows, spec.key, spec.file?.value) : rows?.value;
  if (rows === undefined || value === undefined || wrongName) return undefined;
  const place = (pointer: string): Cursor =>
    spec.key === undefined ? rows.place(pointer) : rows.place(unkeyed(rows, spec.key, pointer));
  return { ...declareData(value), place };
}

/** Pointer into the rows of a list, for one into their mapping by a field. */
function unkeyed({ value }: Rows, key: Located<string>, pointer: string): string {
  const [, first = '', ...rest] = pointer.split('/');
  const name = first.replaceAll('~1', '/').replaceAll('~0', '~');
  const rows: readonly JsonValue[] = Array.isArray(value) ? value : [];
  const at = rows.findIndex((row) => isJsonObject(row) && row[key.value] === name);
  return ['', at, ...rest].join('/');
}

/** The declaration of each value, since any number of datasets may read one file. */
const DECLARED = new WeakMap<object, DeclaredData>();

export function declareData(value: JsonValue): DeclaredData {
  const known = typeof value === 'object' && value !== null ? DECLARED.get(value) : undefined;
  if (known !== undefined) return known;
  const data = {
    value,
    declaration: { type: typeOfData([value]), max: jsonText(value).length, isFixed: true },
  };
  if (typeof value === 'object' && value !== null) DECLARED.set(value, data);
  return data;
}

/** The content of a dataset, with the location of its parts by JSON pointer; of a CSV file, that of the row. */
interface Rows {
  readonly value: JsonValue;
  /** Fields of every row; undefined if rows may have different fields. */
  readonly columns?: readonly string[];
  place(pointer: string): Cursor;
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
  return { value, place };
}

function csvRows(file: Located<string>, references: References): Rows | undefined {
  const found = references.csv(file);
  if (found === undefined) return undefined;
  const { value, columns, lines, context } = found;
  return { value, columns, place: (pointer) => lineOf(context, lines[Number(pointer.split('/')[1])] ?? 1) };
}

/** Mappings of the rows of a list by field. */
const KEYED = new WeakMap<object, Map<string, JsonValue>>();

/** As `keyed`, once for the same rows and field: any number of datasets may read one file. */
function keyedOnce(rows: Rows, key: Located<string>, file: string | undefined): JsonValue | undefined {
  if (typeof rows.value !== 'object' || rows.value === null) return undefined;
  const known = KEYED.get(rows.value) ?? new Map<string, JsonValue>();
  KEYED.set(rows.value, known);
  const value = known.get(key.value) ?? keyed(rows, key, file);
  if (value !== undefined) known.set(key.value, value);
  return value;
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
    return report(key.at, 'unknown_reference', message, () => suggestion(key.value, columns));
  }
  const found = new Map<string, { readonly row: JsonValue; readonly at: number }>();
  const rows: readonly JsonValue[] = value;
  for (const [index, row] of rows.entries()) {
    const own = isJsonObject(row) ? row[key.value] : undefined;
    if (typeof own !== 'string') {
      const help = () => (isJsonObject(row) ? suggestion(key.value, Object.keys(row)) : undefined);
      const message = `the row has no text in \`${key.value}\`, the key of the dataset`;
      return report(place(`/${index}`), 'missing_field', message, help);
    }
    const earlier = found.get(own);
    if (earlier !== undefined) {
      if (key.at.context.diagnostics.isFull) return undefined;
      const { file, line } = sourceOf(place(`/${earlier.at}`));
      const message = `another row has the key \`${own}\`, at ${file}:${line}`;
      report(place(`/${index}`), 'duplicate_name', message, 'keys are unique in a dataset');
    } else found.set(own, { row, at: index });
  }
  return Object.fromEntries([...found].map(([name, { row }]) => [name, row]));
}
