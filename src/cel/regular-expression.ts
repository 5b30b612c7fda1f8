import { RE2JS } from 're2js';

/**
 * A pattern of `matches`, in RE2's syntax. It matches in time linear in the text, whatever the pattern:
 * https://github.com/google/re2/wiki/Syntax
 */
export class RegularExpression {
  readonly #pattern: RE2JS;

  constructor(pattern: RE2JS) {
    this.#pattern = pattern;
  }

  /** Whether some part of `text` matches; `^` and `$` anchor. */
  matches(text: string): boolean {
    return this.#pattern.test(text);
  }
}

export type CompiledPattern =
  | { readonly expression: RegularExpression; readonly problem?: undefined }
  | { readonly problem: string; readonly expression?: undefined };

/** In UTF-16 units: a longer pattern is refused, since compiling takes time and memory in proportion. */
export const MAX_PATTERN = 4096;

/** Compiles `pattern`, or says in a short phrase why it is none. Look-around and back-references are none. */
export function compilePattern(pattern: string): CompiledPattern {
  if (pattern.length > MAX_PATTERN) return { problem: `longer than ${MAX_PATTERN} characters` };
  try {
    return { expression: new RegularExpression(RE2JS.compile(pattern)) };
  } catch (error) {
    return { problem: describe(error) };
  }
}

/** How many patterns that are known only while a request is judged stay compiled. */
const MAX_CACHED = 256;

/** In order of last use, which is the order in which a Map keeps its keys when each use puts it last. */
const cache = new Map<string, CompiledPattern>();

/** `compilePattern` for patterns that come out of data; the ones used last stay compiled. */
export function cachedPattern(pattern: string): CompiledPattern {
  const known = cache.get(pattern);
  if (known !== undefined) {
    cache.delete(pattern);
    cache.set(pattern, known);
    return known;
  }
  const compiled = compilePattern(pattern);
  // A refused length would hold the whole text as a key.
  if (pattern.length > MAX_PATTERN) return compiled;
  if (cache.size >= MAX_CACHED) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(pattern, compiled);
  return compiled;
}

/** How many patterns are cached now, for tests of the bound. */
export function cachedPatterns(): number {
  return cache.size;
}

function describe(error: unknown): string {
  if (error instanceof RangeError) return 'nested too deeply';
  const text = error instanceof Error ? error.message : '';
  return text.replace(/^error parsing regexp: /, '') || 'no RE2 pattern';
}
