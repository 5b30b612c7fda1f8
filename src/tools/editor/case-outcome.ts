import type { DecisionTrace } from '../../engine/decision/trace.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import type { CompiledFolder } from '../../policy/compile-folder.ts';

/** Result of one case of a PolicyTest. */
export interface CaseOutcome {
  readonly test: string;
  readonly name: string;
  /** Differences from the expected answer, such as ``reason: wanted `no_rule`, got `allowed` ``; empty if it passes. */
  readonly differences: readonly string[];
}

/** A trace that is told the name of a case before the decisions of the case. */
interface CaseTrace extends DecisionTrace {
  beginCase(name: string): void;
}

/** Runs cases with the code of the server, one per step. `dir` is the policy folder. */
export type RunCases = (
  set: NonNullable<CompiledFolder['set']>,
  tests: readonly PolicyTestDocument[],
  dir: string,
  trace?: CaseTrace,
) => AsyncIterable<CaseOutcome>;
