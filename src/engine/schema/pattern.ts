import type { RegExpEngine } from 'ajv/dist/types/index.js';
import { RE2JS } from 're2js';

/** A `pattern` that the engine does not support; the message gives the reason. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly pattern: string;

  constructor(pattern: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.pattern = pattern;
  }
}

/**
 * Compiles `pattern` and `patternProperties` with RE2, whose time is linear in the text: bodies are hostile.
 * ECMAScript spellings that differ in RE2 (`\u0041`, `\/`) are translated; look-around and back references are a
 * `PatternError`.
 */
export const linearRegExp: RegExpEngine = Object.assign(
  (pattern: string) => {
    try {
      const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
      // Ajv compares patterns by `toString`.
      return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
    } catch (error) {
      throw new PatternError(pattern, error);
    }
  },
  // Import of a schema that is compiled to a file; schemas are compiled in memory only here.
  { code: 'linearRegExp' },
);
