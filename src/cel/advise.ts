import { check } from './check/check.ts';
import { type ConstantPart, constantParts, type Knowledge } from './check/constant-parts.ts';
import { type KeyRead, unguardedKeys } from './check/unguarded-keys.ts';
import type { Environment } from './environment.ts';
import { Constants } from './run/fold.ts';
import { parse } from './syntax/parse.ts';

/** What is odd about an expression that is sound. */
export interface Advice {
  /** Conditions within it that come to the same whatever the request, in the order in which they stand. */
  readonly constant: readonly ConstantPart[];
  /** What the whole comes to whatever the request; undefined: it depends. */
  readonly whole: boolean | undefined;
  /** Keys of a map of that name that are read though they may be missing, which fails the evaluation. */
  unguarded(name: string): readonly KeyRead[];
}

/** Reads an expression that compiles once more, as closely as an author wants it read. */
export function advise(source: string, environment: Environment, knowledge: Knowledge): Advice {
  const checked = check(source, parse(source), environment);
  const { parts, whole } = constantParts(checked, new Constants(checked), knowledge);
  return { constant: parts, whole, unguarded: (name) => unguardedKeys(checked, name) };
}
