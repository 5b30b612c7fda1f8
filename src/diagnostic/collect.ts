import { CODES, type DiagnosticCode } from './codes.ts';
import type { Diagnostic, Fix, Span } from './diagnostic.ts';
import { thousands } from './thousands.ts';

/** A diagnostic with the severity of its code. */
export function diagnose(
  code: DiagnosticCode,
  span: Span,
  message: string,
  help?: string,
  fix?: Fix,
): Diagnostic {
  const { severity } = CODES[code];
  return {
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    ...(fix === undefined ? {} : { fix }),
    span,
  };
}

/** The span of a mistake that concerns a whole file or folder. */
export function wholeFile(file: string): Span {
  return { file, start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
}

/** Most errors, and most warnings, that are kept. Further ones are only counted. */
export const MOST_DIAGNOSTICS = 1_000;
/** Diagnostics of which each may look for a suggestion, which compares a name with all others. */
const MOST_SUGGESTIONS = 200;

/** The arguments of `Diagnostics.add`. */
type Added = readonly [diagnostic: Diagnostic, mistake: string];

/**
 * Collects diagnostics. Repetitions of one (for example through a YAML alias) count once. The work for a folder with
 * any number of mistakes is bounded: beyond `MOST_DIAGNOSTICS` a mistake is counted and not kept.
 */
export class Diagnostics {
  readonly #found = new Map<string, Diagnostic>();
  #errors = 0;
  #warnings = 0;
  /** Those added since `record` was called; undefined outside of it. */
  #recorded: Added[] | undefined;

  /** `mistake` is the message without the path of the value, which differs between uses of a YAML alias. */
  add(diagnostic: Diagnostic, mistake = diagnostic.message): void {
    this.#recorded?.push([diagnostic, mistake]);
    const { span, code } = diagnostic;
    const key = JSON.stringify([span.file, span.start.line, span.start.column, code, mistake]);
    if (this.#found.has(key) || this.skips(code)) return;
    this.#found.set(key, diagnostic);
    if (diagnostic.severity === 'error') this.#errors++;
    else this.#warnings++;
  }

  /** True if no further diagnostic of the severity of this code is kept; it is then counted. */
  skips(code: DiagnosticCode): boolean {
    const isError = CODES[code].severity === 'error';
    if ((isError ? this.#errors : this.#warnings) < MOST_DIAGNOSTICS) return false;
    if (isError) this.#errors++;
    else this.#warnings++;
    return true;
  }

  /** True once no further error is kept, so that looking for more is of no use. */
  get isFull(): boolean {
    return this.#errors >= MOST_DIAGNOSTICS;
  }

  /** True while a diagnostic may look for a suggestion. */
  get suggests(): boolean {
    return this.leavesSuggestions(0);
  }

  /** True if a diagnostic may still look for a suggestion after `more` further ones. */
  leavesSuggestions(more: number): boolean {
    return this.#errors + this.#warnings + more < MOST_SUGGESTIONS;
  }

  /** Forgets all of them, for the next compilation of the same folder. */
  clear(): void {
    this.#found.clear();
    this.#errors = 0;
    this.#warnings = 0;
  }

  /** The result of `run` with the diagnostics that it adds, in order. Not for nested calls. */
  record<T>(run: () => T): { readonly result: T; readonly added: readonly Added[] } {
    const added: Added[] = [];
    this.#recorded = added;
    try {
      return { result: run(), added };
    } finally {
      this.#recorded = undefined;
    }
  }

  report(code: DiagnosticCode, span: Span, message: string, help?: string): void {
    this.add(diagnose(code, span, message, help));
  }

  get errors(): number {
    return this.#errors;
  }

  get warnings(): number {
    return this.#warnings;
  }

  /**
   * Sorted by file, line and column; at one position in the order in which they were found. If some were not kept, one
   * about the whole folder says so.
   */
  sorted(): readonly Diagnostic[] {
    const more = this.#errors + this.#warnings - this.#found.size;
    const found = [...this.#found.values()];
    if (more > 0) found.push(diagnose('more_mistakes', wholeFile(''), moreThan(this.#errors), MORE_HELP));
    return sortDiagnostics(found);
  }

  /** The first `limit` diagnostics, and the number of the others. */
  shown(limit = 100): { readonly diagnostics: readonly Diagnostic[]; readonly more: number } {
    return showDiagnostics(this.sorted(), limit);
  }
}

function moreThan(errors: number): string {
  const what = errors > MOST_DIAGNOSTICS ? 'errors' : 'warnings';
  return `there are more than ${thousands(MOST_DIAGNOSTICS)} ${what}, and the others are not shown`;
}

const MORE_HELP = 'correct the first ones, and check again';

/** Sorts by file, line and column. Test files come last: their mistakes are often consequences of others. */
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

/** At most `limit` of a sorted list, and the number of the others. */
export function showDiagnostics(
  sorted: readonly Diagnostic[],
  limit = 100,
): { readonly diagnostics: readonly Diagnostic[]; readonly more: number } {
  return { diagnostics: sorted.slice(0, limit), more: Math.max(0, sorted.length - limit) };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
