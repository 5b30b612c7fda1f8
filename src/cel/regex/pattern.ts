import { RE2JS } from 're2js';
import { spend, TEXT_A_STEP } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import { type LinearPattern, linearPattern } from './linear-pattern.ts';
import { lookAhead } from './look-ahead.ts';
import { type PatternSyntax, readPattern } from './pattern-syntax.ts';

/**
 * A pattern in RE2's syntax. One match takes time linear in the text, whatever the pattern: those that are sure to do
 * so are run by JavaScript's own engine, which is ten times as fast, all others by RE2's.
 * https://github.com/google/re2/wiki/Syntax
 */
export class Pattern {
  readonly #text: string;
  /** Made when it is first needed: many patterns never need it. */
  #compiled: RE2JS | undefined;
  readonly #syntax: PatternSyntax | undefined;
  readonly #linear: LinearPattern | undefined;
  #lookAhead: number | undefined;

  /** Throws what `RE2JS` throws at a pattern that is none. */
  constructor(text: string) {
    this.#text = text;
    this.#syntax = readPattern(text);
    this.#linear = this.#syntax && linearPattern(this.#syntax);
    if (this.#linear === undefined) this.#compiled = RE2JS.compile(text);
  }

  get #re2(): RE2JS {
    this.#compiled ??= RE2JS.compile(this.#text);
    return this.#compiled;
  }

  /** How many groups it captures. */
  get groups(): number {
    return this.#re2.groupCount();
  }

  /** What RE2 makes of it; 0 where that is not needed. */
  get instructions(): number {
    return this.#linear === undefined ? this.#re2.programSize() : 0;
  }

  /** What asking whether it matches takes, in so many characters. */
  stepsOver(length: number): number {
    if (this.#linear === undefined) return this.#stepsOfSearch(length);
    return Math.floor((length * (1 + this.#linear.repeats)) / TEXT_A_STEP);
  }

  /** Whether some part of `text` matches; `^` and `$` anchor. */
  matches(text: string): boolean {
    spend(this.stepsOver(text.length));
    return this.#linear === undefined ? this.#re2.test(text) : this.#linear.pattern.test(text);
  }

  /** What finding so many matches in so many characters takes at most; RE2 does it, which tells what the groups matched. */
  stepsOfMatches(length: number, matches: number): number {
    return this.#stepsOfSearch(length) + matches * this.#stepsBehindMatch(length);
  }

  #stepsOfSearch(length: number): number {
    // They grow with the instructions that the pattern takes.
    return Math.floor(length * (0.5 + this.#re2.programSize() / 64));
  }

  /** What is read again behind a match, for the next one. */
  #stepsBehindMatch(rest: number): number {
    this.#lookAhead ??= lookAhead(this.#syntax);
    return STEPS_A_MATCH + this.#stepsOfSearch(Math.min(rest, this.#lookAhead));
  }

  /** Each match in turn, as what the whole and each group matched; undefined for a group that did not. */
  *matchesIn(text: string): Generator<Match> {
    spend(this.#stepsOfSearch(text.length));
    const matcher = this.#re2.matcher(text);
    while (matcher.find()) {
      spend(this.#stepsBehindMatch(text.length - matcher.end()));
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

/** In UTF-16 units: a longer pattern is refused, since compiling takes time and memory in proportion. */
export const MAX_PATTERN = 4096;

/** Compiles `text`, or says in a short phrase why it is no pattern. Look-around and back-references are none. */
export function compilePattern(text: string): CompiledPattern {
  if (text.length > MAX_PATTERN) return { problem: `longer than ${MAX_PATTERN} characters` };
  try {
    return { pattern: new Pattern(text) };
  } catch (error) {
    return { problem: describe(error) };
  }
}

/** Besides what is done with it. */
const STEPS_A_MATCH = 4;

/** How many patterns that are known only while a request is judged stay compiled, and how large they may be. */
const MAX_CACHED = 16;
const MAX_CACHED_INSTRUCTIONS = 256;

/** Compiling takes some microseconds for each character of a pattern, and for each instruction that comes of it. */
export const STEPS_A_CHARACTER = 64;
const STEPS_AN_INSTRUCTION = 16;

/** In order of last use, which is the order in which a Map keeps its keys when each use puts it last. */
const cache = new Map<string, CompiledPattern>();

/** The pattern that comes out of data; the ones used last stay compiled. Fails when it is none. */
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
  // What matches with it keeps memory in proportion. A refused length would hold the whole text as a key.
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

/** How many patterns are cached now, for tests of the bound. */
export function cachedPatterns(): number {
  return cache.size;
}

function describe(error: unknown): string {
  if (error instanceof RangeError) return 'nested too deeply';
  const text = error instanceof Error ? error.message : '';
  return text.replace(/^error parsing regexp: /, '') || 'no RE2 pattern';
}
