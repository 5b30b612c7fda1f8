import { printable } from '../../diagnostic/printable.ts';
import type { Terminal } from './terminal.ts';

/** Writes problems with the use of a verb to standard error, one line each. */
export function complain({ stderr }: Terminal, verb: string, ...problems: readonly string[]): void {
  stderr.write(problems.map((problem) => `lictor ${verb}: ${printable(problem)}\n`).join(''));
}
