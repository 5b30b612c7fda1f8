import type { DiagnosticCode, Severity } from './codes.ts';

/** A position in a text. Both numbers count from 1; columns count Unicode code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A range of one file; `end` is the first position after it. */
export interface Span {
  /** Displayed path, relative to the policy folder; the command line makes it relative to the working directory. */
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

/** A mistake of an author, with its place and the way to fix it. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One lower-case sentence without a full stop; the author's own text in backticks; never a secret. */
  readonly message: string;
  /** The way to fix it, shown on a line of its own. */
  readonly help?: string;
  /** Requests that show the mistake, each with the answer of the engine; shown on a line each. */
  readonly examples?: readonly string[];
  readonly span: Span;
}
