import type { Diagnostic } from './diagnostic.ts';

/**
 * A diagnostic as a workflow command, which GitHub shows beside the line of a pull request:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. Columns are left out where
 * start and end stand on two lines: GitHub takes them on one line only. No line end at the end.
 */
export function githubCommand({ span, severity, code, message, help }: Diagnostic): string {
  const { start, end } = span;
  const oneLine = start.line === end.line;
  const properties: readonly (readonly [string, string | number])[] = [
    ['file', span.file],
    ['line', start.line],
    ...(oneLine ? [['col', start.column] as const] : []),
    ['endLine', end.line],
    ...(oneLine ? [['endColumn', end.column] as const] : []),
    ['title', `lictor ${code}`],
  ];
  const told = properties.map(([name, value]) => `${name}=${property(String(value))}`).join(',');
  return `::${severity} ${told}::${data(help === undefined ? message : `${message}\nhelp: ${help}`)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
