import type { Writable } from 'node:stream';

/** What a verb may know of the world it was called from. */
export interface Terminal {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths start from, and that shown paths are relative to. */
  readonly directory: string;
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    directory: process.cwd(),
  };
}

/** Whether text to `stream` may be coloured: a terminal, unless https://no-color.org says otherwise. */
export function isColourful(stream: Writable, environment: NodeJS.ProcessEnv): boolean {
  if (environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '') return false;
  if (environment['FORCE_COLOR'] !== undefined && environment['FORCE_COLOR'] !== '0') return true;
  return 'isTTY' in stream && stream.isTTY === true;
}
