import type { DiagnosticCode, Severity } from './codes.ts';

/** A place in a text: both numbers count from 1; columns count Unicode code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A stretch of one file; `end` is the first position behind it. */
export interface Span {
  /** Path as it is shown, relative to the policy folder until the command line makes it relative to the user. */
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

/** What an author did wrong, where, and what leads to the fix. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One lower-case sentence without a full stop; the author's own text in backticks; never a secret. */
  readonly message: string;
  /** What to do about it, on a line of its own. */
  readonly help?: string;
  readonly span: Span;
}
