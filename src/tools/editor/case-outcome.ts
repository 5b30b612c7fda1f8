import type { DecisionTrace } from '../../engine/decision/trace.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import type { CompiledFolder } from '../../policy/compile-folder.ts';

/** How one case of a PolicyTest ended. */
export interface CaseOutcome {
  readonly test: string;
  readonly name: string;
  /** What is other than expected, such as ``reason: wanted `no_rule`, got `allowed` ``; empty: it holds. */
  readonly differences: readonly string[];
}

/** Runs cases through the server's own code, one per step. `dir` is the policy folder. */
export type RunCases = (
  set: NonNullable<CompiledFolder['set']>,
  tests: readonly PolicyTestDocument[],
  dir: string,
  trace?: DecisionTrace,
) => AsyncIterable<CaseOutcome>;
