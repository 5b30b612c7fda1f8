import type { DiagnosticCode, Severity } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';

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
}

export interface DiagnosticsJson {
  readonly diagnostics: readonly DiagnosticJson[];
  /** Numbers of all diagnostics, including those omitted from `diagnostics`. */
  readonly errors: number;
  readonly warnings: number;
}

function diagnosticJson({ span, severity, code, message, help, examples = [] }: Diagnostic): DiagnosticJson {
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
