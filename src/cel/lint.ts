import { check } from './check/check.ts';
import type { Environment } from './check/environment.ts';
import { type KeyRead, keyReads } from './check/key-reads.ts';
import { type ConstantPart, constantParts, type Knowledge } from './interpret/constant-parts.ts';
import { Constants } from './interpret/fold.ts';
import { parse } from './syntax/parse.ts';

/** What is odd about an expression that is sound. */
export interface ExpressionFindings {
  /** Conditions within it that come to the same whatever the request, in the order in which they stand. */
  readonly constant: readonly ConstantPart[];
  /** What the whole comes to whatever the request; undefined: it depends. */
  readonly whole: boolean | undefined;
  /** Keys of the map of that name. */
  keys(name: string): readonly KeyRead[];
}

/** Reads an expression that compiles once more, as closely as an author wants it read. */
export function lintExpression(
  source: string,
  environment: Environment,
  knowledge: Knowledge,
): ExpressionFindings {
  const checked = check(source, parse(source), environment);
  const { parts, whole } = constantParts(checked, new Constants(checked), knowledge);
  return { constant: parts, whole, keys: (name) => keyReads(checked, name) };
}
