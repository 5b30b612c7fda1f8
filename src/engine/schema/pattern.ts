import type { RegExpEngine } from 'ajv/dist/types/index.js';
import { RE2JS } from 're2js';

/** A `pattern` that the engine does not take; the message says why. */
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
 * ECMAScript spellings that RE2 writes otherwise (`\u0041`, `\/`) are translated; look-around and back references
 * are a `PatternError`.
 */
export const linearRegExp: RegExpEngine = Object.assign(
  (pattern: string) => {
    try {
      const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
      // Ajv tells patterns apart by their text form.
      return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
    } catch (error) {
      throw new PatternError(pattern, error);
    }
  },
  // What a schema compiled to a file would import; ours are compiled in memory only.
  { code: 'linearRegExp' },
);
