import { compilePattern, type Pattern } from '../regex/pattern.ts';
import { type Cost, MATCHED, MATCHED_ALL, matchesIn, stepsOfPieces } from './cost.ts';
import type { Parsed } from './function.ts';

/** Options of a function that matches its first argument against its second, a pattern. */
export function pattern<Result>(run: (text: string, pattern: Pattern) => Result) {
  return options(MATCHED, run, (compiled, n) => compiled.stepsOver(n));
}

/** Options of a function that finds the first match of its second argument, a pattern with at most one group. */
export function foundPattern<Result>(run: (text: string, pattern: Pattern) => Result) {
  return options(MATCHED, run, (compiled, n) => compiled.stepsOfMatches(n, 1), oneGroup);
}

/** As `foundPattern`, for all matches. */
export function extractedPattern<Result>(run: (text: string, pattern: Pattern) => Result) {
  return options(MATCHED_ALL, run, stepsOfAll, oneGroup);
}

/** Options of a function that finds all matches of its second argument, a pattern, in its first. */
export function searchedPattern<Rest extends unknown[], Result>(
  run: (text: string, pattern: Pattern, ...rest: Rest) => Result,
) {
  return options(MATCHED_ALL, run, stepsOfAll);
}

function stepsOfAll(compiled: Pattern, n: number): number {
  return compiled.stepsOfMatches(n, matchesIn(n)) + stepsOfPieces(n);
}

/** A pattern that is a literal is compiled at load time. */
function options<Run>(
  cost: Cost,
  run: Run,
  steps: (pattern: Pattern, n: number) => number,
  parse: (text: string) => Parsed = parsePattern,
) {
  return { cost, literal: { at: 1, parse, run, steps } };
}

function parsePattern(text: string): Parsed & { readonly value?: Pattern } {
  const { pattern: compiled, problem } = compilePattern(text);
  if (problem === undefined) return { value: compiled };
  const isPerl = /Perl syntax|invalid escape sequence/.test(problem);
  return {
    problem: `invalid pattern: ${problem}`,
    ...(isPerl ? { help: 'patterns have the syntax of RE2, without look-around and back-references' } : {}),
  };
}

function oneGroup(text: string): Parsed {
  const parsed = parsePattern(text);
  if (parsed.value === undefined || parsed.value.groups <= 1) return parsed;
  return {
    problem: `the pattern has ${parsed.value.groups} groups, at most one can be extracted`,
    help: 'write `(?:...)` for a group that is not extracted',
  };
}
