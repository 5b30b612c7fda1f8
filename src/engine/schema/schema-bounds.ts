import { MAX_INSTRUCTIONS, patternSize } from '../../cel/regex/pattern-size.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { keywordOf } from './keywords.ts';
import { linearRegExp, type Pattern, PatternError } from './pattern.ts';
import type { Place } from './place.ts';
import { escapeToken } from './pointer.ts';
import type { SchemaProblems } from './problem.ts';
import { countValues } from './reference-budget.ts';

/** Most values of a schema with all it refers to: more would take minutes to compile, and much memory. */
const MAX_VALUES = 10_000;
/** Most members of an object and items of a list: the code for one is within that for the one before it. */
const MAX_MEMBERS = 500;
/** Most instructions of all patterns of a schema together. */
const MAX_PATTERNS = 50_000;

/** Keywords whose value is compared or not read, so that its size does not matter. */
const PLAIN: ReadonlySet<string> = new Set([
  'enum',
  'const',
  'default',
  'examples',
  'required',
  'description',
  '$defs',
  'definitions',
]);

/** The rest of the bounds on compilation for one schema. */
export class SchemaBounds {
  readonly #problems: SchemaProblems;
  readonly #patterns = new Map<string, Pattern>();
  #values = 0;
  #instructions = 0;
  #isExceeded = false;

  constructor(problems: SchemaProblems) {
    this.#problems = problems;
  }

  get isExceeded(): boolean {
    return this.#isExceeded;
  }

  /** The patterns taken so far, compiled. */
  get patterns(): ReadonlyMap<string, Pattern> {
    return this.#patterns;
  }

  /** Takes one schema, without those in it; false, and reported, if that is too much. */
  takeSchema(schema: JsonValue, { document, pointer, resource }: Place): boolean {
    if (this.#isExceeded) return false;
    this.#values += 1;
    for (const [name, value] of isJsonObject(schema) ? Object.entries<JsonValue>(schema) : []) {
      const parts = PLAIN.has(name) || typeof value !== 'object' || value === null ? [] : Object.keys(value);
      if (parts.length > MAX_MEMBERS) {
        const what = Array.isArray(value) ? 'list' : 'object';
        const at = `${pointer}/${escapeToken(name)}`;
        return this.#exceeded(document.uri, at, `this ${what} has more than ${MAX_MEMBERS} parts`);
      }
      this.#values += ownValues(
        value,
        keywordOf(name, resource.dialect)?.holds === undefined,
        PLAIN.has(name),
      );
    }
    if (this.#values <= MAX_VALUES) return true;
    const most = MAX_VALUES.toLocaleString('en-US');
    return this.#exceeded(
      document.uri,
      '',
      `the schema has more than ${most} values with those that it refers to`,
    );
  }

  /** Takes a pattern; reports one that is too large, or that is not valid. */
  takePattern(pattern: string, { document }: Place, pointer: string): void {
    if (this.#isExceeded) return;
    const size = patternSize(pattern);
    this.#instructions += size;
    if (size > MAX_INSTRUCTIONS)
      this.#exceeded(document.uri, pointer, 'the pattern is too large with its repetitions written out');
    else if (this.#instructions > MAX_PATTERNS)
      this.#exceeded(
        document.uri,
        pointer,
        'the patterns of the schema are too large with their repetitions written out',
      );
    else this.#check(pattern, document.uri, pointer);
  }

  #check(pattern: string, document: string, pointer: string): void {
    try {
      this.#patterns.set(pattern, this.#patterns.get(pattern) ?? linearRegExp(pattern, 'u'));
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#problems.add(document, pointer, error.message, error.advice);
    }
  }

  #exceeded(document: string, pointer: string, message: string): false {
    this.#isExceeded = true;
    this.#problems.add(document, pointer, message);
    return false;
  }
}

/** Number of values of a keyword that are compiled with it; schemas in the value count themselves. */
function ownValues(value: JsonValue, isData: boolean, isPlain: boolean): number {
  if (isPlain) return 1;
  if (isData) return countValues(value);
  // Names in `dependencies`.
  const lists = isJsonObject(value) ? Object.values<JsonValue>(value).filter(isJsonList) : [];
  return lists.reduce((sum, each) => sum + each.length, 0);
}
