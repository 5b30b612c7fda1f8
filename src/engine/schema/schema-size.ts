import { MAX_INSTRUCTIONS, patternSize } from '../../cel/regex/pattern-size.ts';
import type { JsonValue } from '../request/attributes.ts';
import { escapeToken } from './pointer.ts';

/** Most values of a schema: a schema of the largest file would take minutes to compile, and much memory. */
const MAX_VALUES = 10_000;
/** Most members of an object and items of a list: the code for one is within that for the one before it. */
const MAX_MEMBERS = 500;
/** Most instructions of all patterns of a schema together. */
const MAX_PATTERNS = 50_000;

/** Keywords whose value is compared and not compiled, so that its size does not matter. */
const PLAIN: ReadonlySet<string> = new Set([
  'enum',
  'const',
  'default',
  'examples',
  'required',
  'description',
]);

/** A bound that a schema exceeds, with the place as a JSON pointer. */
export interface ExceededBound {
  readonly pointer: string;
  readonly message: string;
}

/** The first bound that a schema exceeds; undefined if it can be compiled. */
export function exceededBound(schema: JsonValue): ExceededBound | undefined {
  return new Measure().visit(schema, '');
}

class Measure {
  #values = 0;
  #instructions = 0;

  visit(value: JsonValue, pointer: string): ExceededBound | undefined {
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      return { pointer: '', message: `the schema has more than ${shown(MAX_VALUES)} values` };
    }
    if (typeof value !== 'object' || value === null) return undefined;
    const entries = Object.entries<JsonValue>(value);
    if (entries.length > MAX_MEMBERS && !isTable(pointer)) {
      const what = Array.isArray(value) ? 'list' : 'object';
      return { pointer, message: `this ${what} has more than ${MAX_MEMBERS} parts` };
    }
    const isPatterns = pointer.endsWith('/patternProperties');
    for (const [name, member] of entries) {
      if (PLAIN.has(name) && !isNamed(pointer)) continue;
      const at = `${pointer}/${escapeToken(name)}`;
      const pattern = isPatterns
        ? name
        : name === 'pattern' && typeof member === 'string'
          ? member
          : undefined;
      const exceeded =
        (pattern === undefined ? undefined : this.#pattern(pattern, at)) ?? this.visit(member, at);
      if (exceeded !== undefined) return exceeded;
    }
    return undefined;
  }

  #pattern(pattern: string, pointer: string): ExceededBound | undefined {
    const size = patternSize(pattern);
    this.#instructions += size;
    if (size > MAX_INSTRUCTIONS)
      return { pointer, message: 'the pattern is too large with its repetitions written out' };
    if (this.#instructions <= MAX_PATTERNS) return undefined;
    return {
      pointer,
      message: 'the patterns of the schema are too large with their repetitions written out',
    };
  }
}

/** True for the definitions of a schema, of which each is code of its own. */
function isTable(pointer: string): boolean {
  return pointer.endsWith('/$defs') || pointer.endsWith('/definitions');
}

/** True for an object whose members are named by the author: `enum` may be a property. */
function isNamed(pointer: string): boolean {
  return /\/(?:properties|patternProperties|\$defs|definitions|dependentSchemas|dependentRequired)$/.test(
    pointer,
  );
}

function shown(count: number): string {
  return count.toLocaleString('en-US');
}
