import { check } from './check/check.ts';
import { type ClaimTime, claimTimes } from './check/claim-times.ts';
import { type Doubt, doubts } from './check/doubts.ts';
import type { Environment } from './check/environment.ts';
import { type KeyRead, keyReads } from './check/key-reads.ts';
import { type Facts, factsOf } from './check/presence.ts';
import { type TextComparison, textComparisons } from './check/text-comparisons.ts';
import { type Accesses, accessesOf, type SafeReads, safeReadsOf } from './check/unguarded-reads.ts';
import { type ConstantPart, constantParts, type Knowledge } from './interpret/constant-parts.ts';
import { Constants } from './interpret/fold.ts';
import { parse } from './syntax/parse.ts';
import { parseText } from './syntax/parse-text.ts';

/** Findings about a valid expression. */
export interface ExpressionFindings {
  /** Conditions in it that have the same value for every request, in order of position. */
  readonly constant: readonly ConstantPart[];
  /** Value of the whole expression if it is the same for every request; otherwise undefined. */
  readonly whole: boolean | undefined;
  /** Comparisons of declared names with string literals, in order of position. */
  readonly comparisons: readonly TextComparison[];
  /** Claims that are compared with a timestamp or duration, in order of position. */
  readonly claimTimes: readonly ClaimTime[];
  /** Operations that rarely mean what was wanted, in order of position. */
  readonly doubts: readonly Doubt[];
  /** Reads of the keys of the declared map `name`. */
  keys(name: string): readonly KeyRead[];
  /** Facts that hold for every request for which it is true. */
  readonly facts: Facts;
  /** Reads that fail where a key is missing. */
  readonly accesses: Accesses;
  /** The texts to write for these reads. */
  readonly safeReads: SafeReads;
}

/** Analyzes an expression, or a text with expressions, that compiles, beyond what compilation requires. */
export function lintExpression(
  source: string,
  environment: Environment,
  knowledge: Knowledge,
  isText = false,
): ExpressionFindings {
  const checked = check(source, isText ? parseText(source) : parse(source), environment);
  const { parts, whole } = constantParts(checked, new Constants(checked), knowledge);
  const comparisons = textComparisons(checked);
  let safeReads: SafeReads | undefined;
  return {
    constant: parts,
    whole,
    comparisons,
    claimTimes: claimTimes(checked),
    doubts: doubts(checked, source),
    keys: (name) => keyReads(checked, name),
    facts: factsOf(checked, checked.root, true),
    accesses: accessesOf(checked, environment),
    safeReads: (index, use) => (safeReads ??= safeReadsOf(checked, environment))(index, use),
  };
}
