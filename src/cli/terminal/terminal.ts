import type { Writable } from 'node:stream';

/** Input and output of a verb. */
export interface Terminal {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: NodeJS.ProcessEnv;
  /** Current folder: relative paths are resolved against it, and printed paths are relative to it. */
  readonly directory: string;
}

/** Terminal of the process. */
export function processTerminal(): Terminal {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    directory: process.cwd(),
  };
}

/**
 * True if text to `stream` is coloured: on a terminal that has colours, with the exceptions of https://no-color.org.
 * `FORCE_COLOR` colours every stream; a terminal with `TERM=dumb` has no colours.
 */
export function isColourful(stream: Writable, environment: NodeJS.ProcessEnv): boolean {
  if (environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '') return false;
  if (environment['FORCE_COLOR'] !== undefined && environment['FORCE_COLOR'] !== '0') return true;
  if (environment['TERM'] === 'dumb') return false;
  return 'isTTY' in stream && stream.isTTY === true;
}
