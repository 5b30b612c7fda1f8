import type { Flags } from '../../flag/flag.ts';
import type { FlagSource } from '../../flag/read-flags.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** A verb of the command line. */
export interface Verb {
  readonly name: string;
  readonly doc: string;
  readonly argument?: Argument;
  readonly flags: Flags;
  readonly examples: readonly string[];
  /** Runs the verb with the arguments and flags that were given. */
  readonly call: (args: readonly string[], given: FlagSource, terminal: Terminal) => Promise<ExitCode>;
}

export interface Argument {
  /** `[dir]` is optional, `<dir>` required, `[path...]` a list. */
  readonly usage: string;
  readonly doc: string;
  /** Proposals of a shell: files and folders, folders alone, or one of these words; nothing if not given. */
  readonly completes?: 'files' | 'folders' | readonly string[];
  /** The argument after one of these words. */
  readonly next?: Argument;
}

/** The verb that shows the usage of another, which the parser of the command line carries out itself. */
export const HELP = {
  name: 'help',
  usage: 'help [verb]',
  doc: 'print this help, or that of a verb',
} as const;
