import type { Diagnostic } from './diagnostic.ts';

/** The message, the help and the examples of a diagnostic on a line each, for receivers with one field for all. */
export function fullText({ message, help, examples = [] }: Diagnostic): string {
  const helpLines = help === undefined ? [] : [`help: ${help}`];
  return [message, ...helpLines, ...examples.map((each) => `example: ${each}`)].join('\n');
}
