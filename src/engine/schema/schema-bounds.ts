import { MAX_INSTRUCTIONS, patternSize } from '../../cel/regex/pattern-size.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { keywordOf } from './keywords.ts';
import { linearRegExp, type Pattern, PatternError } from './pattern.ts';
import type { Place } from './place.ts';
import { escapeToken } from './pointer.ts';
import type { SchemaProblems } from './problem.ts';
import { Recent } from './recent.ts';
import { countValues } from './reference-budget.ts';

/** Bounds on schemas that are compiled together. */
export interface Bounds {
  /** Most values, those of `enum`, `required` and the like left out. */
  readonly values: number;
  /** Most instructions of all patterns. */
  readonly instructions: number;
  /** The sentence about more values. */
  readonly tooManyValues: string;
}

/** Bounds of a JSON Schema with all that it refers to. */
export const SCHEMA_BOUNDS: Bounds = {
  values: 10_000,
  instructions: 50_000,
  tooManyValues: 'the schema has more than 10,000 values with those that it refers to',
};

/** Most values of a schema without those that it refers to, which are functions of their own. */
const MAX_VALUES = 10_000;
/** Most members of an object and items of a list: the code for one is within that for the one before it. */
const MAX_MEMBERS = 500;

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

/** The rest of the bounds on schemas that are compiled together. */
export class SchemaBounds {
  readonly #problems: SchemaProblems;
  readonly #patterns = new Map<string, Pattern>();
  readonly #bounds: Bounds;
  /** Values of all schemas, and of the one that is taken. */
  #values = 0;
  #own = 0;
  #instructions = 0;
  #isExceeded = false;

  constructor(problems: SchemaProblems, bounds: Bounds) {
    this.#problems = problems;
    this.#bounds = bounds;
  }

  get isExceeded(): boolean {
    return this.#isExceeded;
  }

  /** The patterns taken so far, compiled. */
  get patterns(): ReadonlyMap<string, Pattern> {
    return this.#patterns;
  }

  /** Begins a schema that others refer to, or the first one. */
  begin(): void {
    this.#own = 0;
  }

  /** Takes one schema, without those in it; false, and reported, if that is too much. */
  takeSchema(schema: JsonValue, { document, pointer, resource }: Place): boolean {
    if (this.#isExceeded) return false;
    let values = 1;
    for (const [name, value] of isJsonObject(schema) ? Object.entries<JsonValue>(schema) : []) {
      const parts = PLAIN.has(name) || typeof value !== 'object' || value === null ? [] : Object.keys(value);
      if (parts.length > MAX_MEMBERS) {
        const what = Array.isArray(value) ? 'list' : 'object';
        const at = `${pointer}/${escapeToken(name)}`;
        return this.#exceeded(document.uri, at, `this ${what} has more than ${MAX_MEMBERS} parts`);
      }
      values += ownValues(value, keywordOf(name, resource.dialect)?.holds === undefined, PLAIN.has(name));
    }
    this.#values += values;
    this.#own += values;
    if (this.#values > this.#bounds.values)
      return this.#exceeded(document.uri, '', this.#bounds.tooManyValues);
    if (this.#own <= MAX_VALUES) return true;
    return this.#exceeded(
      document.uri,
      '',
      `a schema has more than ${MAX_VALUES.toLocaleString('en-US')} values`,
    );
  }

  /** Takes a pattern; reports one that is too large, or that is not valid. */
  takePattern(pattern: string, { document }: Place, pointer: string): void {
    if (this.#isExceeded) return;
    const size = patternSize(pattern);
    this.#instructions += size;
    if (size > MAX_INSTRUCTIONS)
      this.#exceeded(document.uri, pointer, 'the pattern is too large with its repetitions written out');
    else if (this.#instructions > this.#bounds.instructions)
      this.#exceeded(
        document.uri,
        pointer,
        'the patterns of the schema are too large with their repetitions written out',
      );
    else this.#check(pattern, size, document.uri, pointer);
  }

  #check(pattern: string, size: number, document: string, pointer: string): void {
    try {
      this.#patterns.set(pattern, this.#patterns.get(pattern) ?? compiledPattern(pattern, size));
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

/** Compiled patterns, for the next time that their documents are read; as many as have so many instructions. */
const KEPT = new Recent<Pattern>(1_000_000);

function compiledPattern(pattern: string, size: number): Pattern {
  return KEPT.get(pattern) ?? KEPT.keep(pattern, linearRegExp(pattern, 'u'), size);
}

/** Number of values of a keyword that are compiled with it; schemas in the value count themselves. */
function ownValues(value: JsonValue, isData: boolean, isPlain: boolean): number {
  if (isPlain) return 1;
  if (isData) return countValues(value);
  // Names in `dependencies`.
  const lists = isJsonObject(value) ? Object.values<JsonValue>(value).filter(isJsonList) : [];
  return lists.reduce((sum, each) => sum + each.length, 0);
}
