import type { DiagnosticCode, Severity } from './codes.ts';
import type { Diagnostic, Fix } from './diagnostic.ts';

/** A diagnostic in the output of `check --output json`. */
export interface DiagnosticJson {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
  readonly message: string;
  /** Empty if there is no help. */
  readonly help: string;
  /** Requests that show the mistake, each with its answer. */
  readonly examples: readonly string[];
  /** The edit of the file that the help describes; null if it is not exact. */
  readonly fix: FixJson | null;
}

/** Replacement of a part of the file, which is empty if the text is inserted. */
interface FixJson {
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
  readonly text: string;
  /** True if the text means what the author wrote; false if it is what the author probably meant. */
  readonly certain: boolean;
}

export interface DiagnosticsJson {
  readonly diagnostics: readonly DiagnosticJson[];
  /** Numbers of all diagnostics, including those omitted from `diagnostics`. */
  readonly errors: number;
  readonly warnings: number;
}

function diagnosticJson({
  span,
  severity,
  code,
  message,
  help,
  examples = [],
  fix,
}: Diagnostic): DiagnosticJson {
  return {
    code,
    severity,
    file: span.file,
    line: span.start.line,
    column: span.start.column,
    end_line: span.end.line,
    end_column: span.end.column,
    message,
    help: help ?? '',
    examples,
    fix: fix === undefined ? null : fixJson(fix),
  };
}

function fixJson({ start, end, text, isCertain }: Fix): FixJson {
  return {
    line: start.line,
    column: start.column,
    end_line: end.line,
    end_column: end.column,
    text,
    certain: isCertain,
  };
}

/** The output of `check --output json`, with at most `limit` diagnostics and the number of all. */
export function diagnosticsJson(sorted: readonly Diagnostic[], limit = 100): DiagnosticsJson {
  const errors = sorted.filter(({ severity }) => severity === 'error').length;
  return {
    diagnostics: sorted.slice(0, limit).map(diagnosticJson),
    errors,
    warnings: sorted.length - errors,
  };
}
