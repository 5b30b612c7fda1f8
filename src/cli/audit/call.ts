import type { Readable } from 'node:stream';
import type { ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { AuditOptions } from './flags.ts';

/** A call of an action. */
export interface AuditCall {
  readonly paths: readonly string[];
  readonly options: AuditOptions;
  readonly terminal: Terminal;
  /** Standard input. */
  readonly input: Readable;
  /** Reports a mistake of the caller. */
  readonly usage: (problem: string) => ExitCode;
}
