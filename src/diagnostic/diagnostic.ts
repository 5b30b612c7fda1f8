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

/** Text that corrects a mistake, in place of a range of the file of its diagnostic. */
export interface Fix {
  readonly start: Position;
  /** The first position after the range, which is empty if the text is inserted. */
  readonly end: Position;
  readonly text: string;
  /** True if the text means what the author wrote; false if it is what the author probably meant. */
  readonly isCertain: boolean;
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
  /** The edit that the help describes, if it is exact. */
  readonly fix?: Fix;
  readonly span: Span;
}
