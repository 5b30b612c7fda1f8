import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/tools.ts';

export interface ProgramResult {
  readonly code: number;
  /** What it printed on standard output and error. */
  readonly output: string;
}

/** Milliseconds after which a program is ended. */
const PATIENCE = 300_000;

/** Runs one of the programs that `make tools-go` has built. */
export function runProgram(name: string, args: readonly string[]): Promise<ProgramResult> {
  const path = fileURLToPath(new URL(`.tools/go/${name}`, ROOT));
  return new Promise((resolve, reject) => {
    const options = { timeout: PATIENCE, maxBuffer: 1 << 26 } as const;
    execFile(path, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, output: `${stdout}${stderr}` });
      else reject(new Error(`${name} did not end by itself: ${stdout}${stderr}`, { cause: error }));
    });
  });
}
