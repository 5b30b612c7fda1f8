import type { RegExpEngine } from 'ajv/dist/types/index.js';
import { RE2JS } from 're2js';
import { maker, named } from '../../recipe/recipe.ts';
import '../../recipe/re2.ts';
import { asRe2Pattern } from './ecmascript-pattern.ts';
import { splitLookaheads } from './lookahead.ts';
import { isPlainPattern } from './plain-pattern.ts';
import type { SchemaAdvice } from './problem.ts';

/** A `pattern` that the engine does not support; the message is a sentence about it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly advice: SchemaAdvice;

  constructor(pattern: string, cause: unknown) {
    const { reason, ...advice } = describe(cause instanceof Error ? cause.message : String(cause));
    super(`the pattern \`${pattern}\` ${reason}`, { cause });
    this.advice = advice;
  }
}

/** Error of RE2 about a pattern, in words of JSON Schema. */
function describe(message: string): SchemaAdvice & { readonly reason: string } {
  const part = /`(\(\?<?[=!]|\\[1-9k])/.exec(message)?.[1];
  if (part === undefined)
    return { reason: `is not a valid RE2 pattern: ${message.replace(/^error parsing regexp: /, '')}` };
  if (part.startsWith('\\')) return { reason: `has a back reference (\`${part}\`), which is not supported` };
  if (part.startsWith('(?<')) return { reason: `has a lookbehind (\`${part}\`), which is not supported` };
  return {
    reason: `has a lookahead (\`${part}\`), which is supported only at its start`,
    help: 'write it directly after `^` and without `|` beside it, or write several patterns in an `allOf`',
  };
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

/** A pattern with lookaheads at its start: parts that must be found, and parts that must not. */
const splitPattern = maker(
  'schema.splitPattern',
  (found: readonly Pattern[], missing: readonly Pattern[], pattern: string) => ({
    test: (text: string) =>
      found.every((part) => part.test(text)) && !missing.some((part) => part.test(text)),
    toString: () => pattern,
  }),
);

/** A pattern in which nothing can be tried again. */
const plainPattern = maker('schema.plainPattern', (pattern: string) => {
  const compiled = new RegExp(pattern, 'u');
  return { test: (text: string) => compiled.test(text), toString: () => pattern };
});

/**
 * Compiles `pattern` and `patternProperties` with RE2, whose time is linear in the text: bodies are hostile.
 * ECMAScript spellings that differ in RE2 (`\u0041`, `\/`) are translated. Lookaheads at the start of a pattern are matched by themselves; other
 * look-around and back references are a `PatternError`.
 */
export const linearRegExp: RegExpEngine = named(
  'schema.linearRegExp',
  Object.assign(
    (pattern: string) => {
      try {
        const split = splitLookaheads(pattern);
        if (split === undefined) return compile(pattern);
        return splitPattern(split.found.map(compile), split.missing.map(compile), pattern);
      } catch (error) {
        throw new PatternError(pattern, error);
      }
    },
    // Import of a schema that is compiled to a file; schemas are compiled in memory only here.
    { code: 'linearRegExp' },
  ),
);

function compile(pattern: string): Pattern & { toString: () => string } {
  if (isPlainPattern(pattern)) return plainPattern(pattern);
  return linearPattern(RE2JS.compile(RE2JS.translateRegExp(asRe2Pattern(pattern))), pattern);
}
