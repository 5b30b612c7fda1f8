import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './tools.ts';

const MAIN = join(ROOT.pathname, 'src/main.ts');

/** How a program ended, and what it had to say. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Where the user stands. */
  readonly directory: string;
  /** Beside `PATH`; nothing else of our own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `lictor` from source to its end, as a process of its own. Rejects when that takes longer than 20 s. */
export function lictor(args: readonly string[], { directory, env = {} }: CommandOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd: directory, env: { PATH: process.env['PATH'], ...env }, timeout: 20_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`lictor ${args.join(' ')} did not end by itself: ${stderr}`, { cause: error }));
      },
    );
  });
}
