import type { Writable } from 'node:stream';
import type { Terminal } from '../terminal/terminal.ts';
import type { TestOptions } from './flags.ts';

/** True if the results for programs are on standard output, which they then have to themselves. */
export function isForPrograms({ output, outputFile }: TestOptions): boolean {
  return output !== 'human' && outputFile === undefined;
}

/** The stream of the reports for people, such as that of coverage. */
export function reportStream(options: TestOptions, terminal: Terminal): Writable {
  return isForPrograms(options) ? terminal.stderr : terminal.stdout;
}
