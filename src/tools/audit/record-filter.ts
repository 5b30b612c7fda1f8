import { compile } from '../../cel/compile.ts';
import { EvaluationError, type Program } from '../../cel/interpret/program.ts';
import type { Problem } from '../../cel/syntax/problem.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { RECORD_FIELDS } from '../../sidecar/audit/record-fields.ts';
import { recordEnvironment } from './record-names.ts';

export interface RecordFilterOptions {
  /** Expression over the fields of a record; undefined for every record. */
  readonly where: string | undefined;
  /** Milliseconds since 1970; `until` is exclusive. */
  readonly since: number;
  readonly until: number;
}

export type FilterResult =
  | { readonly filter: RecordFilter; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly filter?: undefined };

export function createRecordFilter(options: RecordFilterOptions): FilterResult {
  if (options.where === undefined) return { filter: new RecordFilter(options, undefined) };
  const { program, problems } = compile(options.where, recordEnvironment(), { result: ['bool'] });
  return program === undefined ? { problems } : { filter: new RecordFilter(options, program) };
}

/** Records that a query selects. */
export class RecordFilter {
  readonly #program: Program | undefined;
  readonly #options: RecordFilterOptions;
  /** Records that were read, and those that are selected. */
  records = 0;
  selected = 0;
  /** Records for which the expression failed, and its first failure. */
  failed = 0;
  failure: string | undefined;

  constructor(options: RecordFilterOptions, program: Program | undefined) {
    this.#options = options;
    this.#program = program;
  }

  /** True if a record is selected. */
  selects(record: JsonObject): boolean {
    this.records += 1;
    const isSelected = this.#isInTime(record) && this.#holds(record);
    if (isSelected) this.selected += 1;
    return isSelected;
  }

  #isInTime({ time }: JsonObject): boolean {
    const { since, until } = this.#options;
    if (since === Number.NEGATIVE_INFINITY && until === Number.POSITIVE_INFINITY) return true;
    const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    return at >= since && at < until;
  }

  #holds(record: JsonObject): boolean {
    if (this.#program === undefined) return true;
    const outcome = this.#program.evaluate(activationOf(record));
    if (!(outcome instanceof EvaluationError)) return outcome === true;
    this.failed += 1;
    this.failure ??= outcome.message;
    return false;
  }
}

/** Values of lists and objects that a record lacks: expressions fail only with the field that they read. */
const ABSENT: JsonObject = Object.fromEntries(
  Object.entries(RECORD_FIELDS).flatMap(([name, { type }]) => {
    if (type === 'list') return [[name, []]];
    return type === 'object' ? [[name, {}]] : [];
  }),
);

function activationOf(record: JsonObject): JsonObject {
  // null before the first policy set was live
  return record['revision'] === null ? { ...ABSENT, ...record, revision: {} } : { ...ABSENT, ...record };
}

export type LogLineResult =
  /** `record`: undefined for a line of a chain that is not a record. */
  | { readonly record: JsonObject | undefined; readonly problem?: undefined }
  /** Second half of a sentence that begins with the name of the file. */
  | { readonly problem: string; readonly record?: undefined };

/** Reads a line of a log. Of two members with the same name the last counts: `audit verify` judges lines, not this. */
export function readLogLine(line: string): LogLineResult {
  const value = parsed(line);
  if (value === undefined) return { problem: 'holds no record: it is not JSON' };
  if (!isJsonObject(value)) return { problem: 'holds no record: it is not an object' };
  if (typeof value['decision_id'] === 'string') return { record: value };
  return typeof value['event'] === 'string'
    ? { record: undefined }
    : { problem: 'holds no record: it has no `decision_id`' };
}

/** Twice as fast as a parser that refuses doubtful texts. */
function parsed(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Value of a field by its dotted name; undefined if the record has none. */
export function fieldOf(record: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = record;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
