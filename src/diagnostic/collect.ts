import { CODES, type DiagnosticCode } from './codes.ts';
import type { Diagnostic, Span } from './diagnostic.ts';

/** A diagnostic with the severity that its code has. */
export function diagnose(code: DiagnosticCode, span: Span, message: string, help?: string): Diagnostic {
  const { severity } = CODES[code];
  return help === undefined ? { code, severity, message, span } : { code, severity, message, help, span };
}

/** The place of a mistake that concerns a file, or a folder, as a whole. */
export function wholeFile(file: string): Span {
  return { file, start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
}

/** Diagnostics as they are found; the same one twice (through a YAML alias, say) counts once. */
export class Diagnostics {
  readonly #found = new Map<string, Diagnostic>();
  #errors = 0;

  /** `mistake` is what the message says without the way to the value, which an alias makes two of. */
  add(diagnostic: Diagnostic, mistake = diagnostic.message): void {
    const { span, code } = diagnostic;
    const key = JSON.stringify([span.file, span.start.line, span.start.column, code, mistake]);
    if (this.#found.has(key)) return;
    this.#found.set(key, diagnostic);
    if (diagnostic.severity === 'error') this.#errors++;
  }

  report(code: DiagnosticCode, span: Span, message: string, help?: string, mistake?: string): void {
    this.add(diagnose(code, span, message, help), mistake);
  }

  get errors(): number {
    return this.#errors;
  }

  get warnings(): number {
    return this.#found.size - this.#errors;
  }

  /** By file, line and column; what stands at one place in the order in which it was found. */
  sorted(): readonly Diagnostic[] {
    return sortDiagnostics([...this.#found.values()]);
  }

  /** The first `limit` of them, and how many more there are. */
  shown(limit = 100): { readonly diagnostics: readonly Diagnostic[]; readonly more: number } {
    return showDiagnostics(this.sorted(), limit);
  }
}

/** By file, line and column. Files of tests come behind the others: what they name is wrong there more often. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    ({ span: a }, { span: b }) =>
      Number(isOfTests(a.file)) - Number(isOfTests(b.file)) ||
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.start.line - b.start.line ||
      a.start.column - b.start.column,
  );
}

function isOfTests(file: string): boolean {
  return /\.test\.ya?ml$/.test(file);
}

/** At most `limit` of a list that is sorted already, and how many more there are. */
export function showDiagnostics(
  sorted: readonly Diagnostic[],
  limit = 100,
): { readonly diagnostics: readonly Diagnostic[]; readonly more: number } {
  return { diagnostics: sorted.slice(0, limit), more: Math.max(0, sorted.length - limit) };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
