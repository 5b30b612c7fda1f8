import type { Program } from '../../cel/interpret/program.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';

/** An expression of a policy set and its location. */
export interface LocatedExpression {
  readonly program: Program;
  readonly location: ExpressionLocation;
}

/** The location of an expression in a file of the folder. */
export interface ExpressionLocation {
  /** Relative to the folder. */
  readonly file: string;
  readonly lines: Lines;
  /** From the key that holds the expression to its end, in UTF-16 units of the file. */
  readonly range: Range;
  /** The range of the file that holds this range of the expression. */
  locate(start: number, end: number): Range;
}
