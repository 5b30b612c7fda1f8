/** What GitHub shows beside a line of a pull request. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  /** As seen from the root of the repository. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; undefined: the whole line. */
  readonly column?: number | undefined;
  /** On the same line; the first column behind. */
  readonly endColumn?: number | undefined;
  readonly title: string;
  readonly message: string;
}

/**
 * A workflow command:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. No line end at the end.
 */
export function annotation({ level, file, line, column, endColumn, title, message }: Annotation): string {
  const places = [
    `file=${property(file)}`,
    `line=${line}`,
    ...(column === undefined ? [] : [`col=${column}`]),
    ...(endColumn === undefined ? [] : [`endColumn=${endColumn}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${places.join(',')}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
