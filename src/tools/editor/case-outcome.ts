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

/** Text of several lines about the answers to the cases of one test, with the rules and values that led to them. */
export type ExplainCases = (
  compiled: CompiledFolder,
  test: PolicyTestDocument,
) => Promise<string | undefined>;

/** True for the outcome of a case, of a row of it (`CASE (ROW)`), or in one of its Environments (`CASE [NAME]`). */
export function isOfCase(outcome: string, name: string | undefined): boolean {
  return outcome === name || outcome.startsWith(`${name} (`) || outcome.startsWith(`${name} [`);
}
