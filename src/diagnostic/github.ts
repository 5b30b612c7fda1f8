import type { Severity } from './codes.ts';
import type { Diagnostic, Span } from './diagnostic.ts';
import { fullText } from './full-text.ts';

/** An annotation of a line in a pull request on GitHub. */
export interface Annotation {
  readonly severity: Severity;
  /** Path relative to the root of the repository. */
  readonly span: Span;
  readonly title: string;
  readonly message: string;
}

/** The annotation of a diagnostic, as a workflow command without a line end. */
export function githubCommand(diagnostic: Diagnostic): string {
  const { span, severity, code } = diagnostic;
  return annotation({ severity, span, title: `lictor ${code}`, message: fullText(diagnostic) });
}

/**
 * A workflow command that annotates a line:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. Columns are omitted if
 * start and end are on different lines: GitHub accepts columns on one line only. Without a line end.
 */
export function annotation({ severity, span: { file, start, end }, title, message }: Annotation): string {
  const oneLine = start.line === end.line;
  const properties: readonly (readonly [string, string | number])[] = [
    ['file', file],
    ['line', start.line],
    ...(oneLine ? [['col', start.column] as const] : []),
    ['endLine', end.line],
    ...(oneLine ? [['endColumn', end.column] as const] : []),
    ['title', title],
  ];
  const told = properties.map(([name, value]) => `${name}=${property(String(value))}`).join(',');
  return `::${severity} ${told}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
