import type { RegExpEngine } from 'ajv/dist/types/index.js';
import { RE2JS } from 're2js';
import { maker, named } from '../../recipe/recipe.ts';
import '../../recipe/re2.ts';
import { asRe2Pattern } from './ecmascript-pattern.ts';
import { isPlainPattern } from './plain-pattern.ts';

/** A `pattern` that the engine does not support; the message gives the reason. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly pattern: string;

  constructor(pattern: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.pattern = pattern;
  }
}

/** A compiled pattern. */
export interface Pattern {
  test(text: string): boolean;
}

/** A compiled pattern as Ajv calls it. Ajv compares patterns by `toString`. */
const linearPattern = maker('schema.pattern', (compiled: RE2JS, pattern: string) => ({
  test: (text: string) => compiled.test(text),
  toString: () => pattern,
}));

/** A pattern in which nothing can be tried again. */
const plainPattern = maker('schema.plainPattern', (pattern: string) => {
  const compiled = new RegExp(pattern, 'u');
  return { test: (text: string) => compiled.test(text), toString: () => pattern };
});

/**
 * Compiles `pattern` and `patternProperties` with RE2, whose time is linear in the text: bodies are hostile.
 * ECMAScript spellings that differ in RE2 (`\u0041`, `\/`) are translated; look-around and back references are a
 * `PatternError`.
 */
export const linearRegExp: RegExpEngine = named(
  'schema.linearRegExp',
  Object.assign(
    (pattern: string) => {
      try {
        if (isPlainPattern(pattern)) return plainPattern(pattern);
        return linearPattern(RE2JS.compile(RE2JS.translateRegExp(asRe2Pattern(pattern))), pattern);
      } catch (error) {
        throw new PatternError(pattern, error);
      }
    },
    // Import of a schema that is compiled to a file; schemas are compiled in memory only here.
    { code: 'linearRegExp' },
  ),
);
