import { RE2JS } from 're2js';
import '../../recipe/re2.ts';
import { spend, TEXT_A_STEP } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import { type LinearPattern, linearPattern } from './linear-pattern.ts';
import { lookAhead } from './look-ahead.ts';
import { MAX_INSTRUCTIONS, patternSize } from './pattern-size.ts';
import { readPattern } from './pattern-syntax.ts';

/**
 * Pattern in RE2's syntax. A match takes time linear in the string for every pattern: those for which that is certain
 * run on JavaScript's own engine, which is ten times as fast, all others on RE2's.
 * https://github.com/google/re2/wiki/Syntax
 */
export class Pattern {
  readonly #text: string;
  readonly #linear: LinearPattern | undefined;
  /** Compiled on first use: many patterns never need it. */
  #compiled: RE2JS | undefined;
  #lookAhead: number | undefined;

  private constructor(text: string, linear: LinearPattern | undefined, compiled: RE2JS | undefined) {
    this.#text = text;
    this.#linear = linear;
    this.#compiled = compiled;
  }

  /** Throws the exception of `RE2JS` if the pattern is not valid. */
  static compile(text: string): Pattern {
    const syntax = readPattern(text);
    const linear = syntax && linearPattern(syntax);
    return new Pattern(text, linear, linear === undefined ? RE2JS.compile(text) : undefined);
  }

  /** The pattern of `parts`, without compiling it again. */
  static of(...[text, linear, compiled, lookAhead]: Pattern['parts']): Pattern {
    const pattern = new Pattern(text, linear, compiled);
    pattern.#lookAhead = lookAhead;
    return pattern;
  }

  /** Everything that was computed so far; RE2 only if it was needed. */
  get parts(): readonly [string, LinearPattern | undefined, RE2JS | undefined, number | undefined] {
    return [this.#text, this.#linear, this.#compiled, this.#lookAhead];
  }

  get #re2(): RE2JS {
    this.#compiled ??= RE2JS.compile(this.#text);
    return this.#compiled;
  }

  /** Number of capturing groups. */
  get groups(): number {
    return this.#re2.groupCount();
  }

  /** Number of RE2 instructions; 0 if RE2 is not needed. */
  get instructions(): number {
    return this.#linear === undefined ? this.#re2.programSize() : 0;
  }

  /** Steps of a test for a match in `length` characters. */
  stepsOver(length: number): number {
    if (this.#linear === undefined) return this.#stepsOfSearch(length);
    return Math.floor((length * (1 + this.#linear.repeats)) / TEXT_A_STEP);
  }

  /** True if some part of `text` matches; `^` and `$` anchor. */
  matches(text: string): boolean {
    spend(this.stepsOver(text.length));
    return this.#linear === undefined ? this.#re2.test(text) : this.#linear.pattern.test(text);
  }

  /** Maximum steps of finding `matches` matches in `length` characters. RE2 finds them, since it reports the groups. */
  stepsOfMatches(length: number, matches: number): number {
    return this.#stepsOfSearch(length) + matches * this.#stepsAfterMatch(length);
  }

  #stepsOfSearch(length: number): number {
    // Time grows with the instructions of the pattern.
    return Math.floor(length * (0.5 + this.#re2.programSize() / 64));
  }

  /** Steps of a match, including the characters after it that are read again for the next one. */
  #stepsAfterMatch(rest: number): number {
    this.#lookAhead ??= lookAhead(readPattern(this.#text));
    return STEPS_A_MATCH + this.#stepsOfSearch(Math.min(rest, this.#lookAhead));
  }

  /** All matches in order. Group 0 is the whole match; a group that did not match is undefined. */
  *matchesIn(text: string): Generator<Match> {
    spend(this.#stepsOfSearch(text.length));
    const matcher = this.#re2.matcher(text);
    while (matcher.find()) {
      spend(this.#stepsAfterMatch(text.length - matcher.end()));
      const groups: (string | undefined)[] = [];
      for (let group = 0; group <= this.groups; group++) groups.push(matcher.group(group) ?? undefined);
      yield { start: matcher.start(), end: matcher.end(), groups };
    }
  }
}

export interface Match {
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

export type CompiledPattern =
  | { readonly pattern: Pattern; readonly problem?: undefined }
  | { readonly problem: string; readonly pattern?: undefined };

/** Maximum length of a pattern in UTF-16 units, since compiling takes time and memory in proportion. */
export const MAX_PATTERN = 4096;

/**
 * Compiles `text`, or returns a short phrase that says why it is not valid. RE2 has no look-around and no
 * back-references.
 */
export function compilePattern(text: string): CompiledPattern {
  if (text.length > MAX_PATTERN) return { problem: `longer than ${MAX_PATTERN} characters` };
  if (patternSize(text) > MAX_INSTRUCTIONS) return { problem: 'too large with its repetitions written out' };
  try {
    return { pattern: Pattern.compile(text) };
  } catch (error) {
    return { problem: describe(error) };
  }
}

/** Steps of a match, in addition to what is done with it. */
const STEPS_A_MATCH = 4;

/** Maximum number, and maximum size, of cached patterns that are only known at evaluation time. */
const MAX_CACHED = 16;
const MAX_CACHED_INSTRUCTIONS = 256;

/** Compiling takes some microseconds for each character of a pattern, and for each instruction of the result. */
export const STEPS_A_CHARACTER = 64;
const STEPS_AN_INSTRUCTION = 16;

/** In order of last use: a Map keeps its keys in order of insertion, and each use inserts the key again. */
const cache = new Map<string, CompiledPattern>();

/** The pattern of a string that is only known at evaluation time, cached by last use. Fails if it is not valid. */
export function computedPattern(text: string): Pattern {
  const compiled = cached(text);
  return compiled.pattern ?? fail('bad_pattern');
}

function cached(text: string): CompiledPattern {
  const known = cache.get(text);
  if (known !== undefined) {
    cache.delete(text);
    cache.set(text, known);
    return known;
  }
  spend(Math.min(text.length, MAX_PATTERN) * STEPS_A_CHARACTER);
  const compiled = compilePattern(text);
  const instructions = compiled.pattern?.instructions ?? 0;
  spend(instructions * STEPS_AN_INSTRUCTION);
  // A matcher keeps memory in proportion to the instructions. A pattern over the maximum length would be kept whole,
  // as a key.
  if (text.length > MAX_PATTERN || instructions > MAX_CACHED_INSTRUCTIONS) return compiled;
  if (cache.size >= MAX_CACHED) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(text, compiled);
  return compiled;
}

/** Number of cached patterns, for tests of the bound. */
export function cachedPatterns(): number {
  return cache.size;
}

function describe(error: unknown): string {
  if (error instanceof RangeError) return 'nested too deeply';
  const text = error instanceof Error ? error.message : '';
  return text.replace(/^error parsing regexp: /, '') || 'not a valid RE2 pattern';
}
