import type { Program } from '../../cel/interpret/program.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';

/**
 * Lets a run of tests see what policies do: what it returns stands in the policy set in the place of what was
 * compiled. What is served is compiled without one, and so pays nothing for it.
 */
export interface Instrument {
  /** Called for each place that an expression is written at, although equal texts share one program. */
  program(program: Program, place: ExpressionLocation): Program;
  /** Called behind the expressions of the policy. */
  policy(policy: CompiledPolicy): CompiledPolicy;
}

/** Where an expression is written. */
export interface ExpressionLocation {
  /** Relative to the folder. */
  readonly file: string;
  readonly lines: Lines;
  /** From the key that holds the expression to its end, in UTF-16 units of the file. */
  readonly range: Range;
  /** The stretch of the file that a stretch of the expression stands at. */
  locate(start: number, end: number): Range;
}
