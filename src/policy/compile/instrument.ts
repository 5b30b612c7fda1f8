import type { Program } from '../../cel/interpret/program.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';

/**
 * Replacement of compiled parts, with which a test run observes what policies do: the policy set holds the values that
 * it returns. The server compiles without an instrument and has no cost from it.
 */
export interface Instrument {
  /** Called for each location of an expression, although equal texts share one program. */
  program(program: Program, place: ExpressionLocation): Program;
  /** Called after the expressions of the policy. */
  policy(policy: CompiledPolicy): CompiledPolicy;
}

/** The location of an expression in a policy file. */
export interface ExpressionLocation {
  /** Relative to the folder. */
  readonly file: string;
  readonly lines: Lines;
  /** From the key of the expression to its end, in UTF-16 units of the file. */
  readonly range: Range;
  /** The range in the file of a part of the expression; `start` and `end` in UTF-16 units of its text. */
  locate(start: number, end: number): Range;
}
