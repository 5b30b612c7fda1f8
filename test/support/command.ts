import { execFile } from 'node:child_process';
import { MAIN, PROGRAM_ENVIRONMENT } from './program.ts';
import { refuseSecrets } from './secrets.ts';

/** Exit code and output of a program. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Working directory. */
  readonly directory: string;
  /** Environment in addition to `PATH`. No other variable of this process is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty by default. */
  readonly input?: string;
}

/** Runs `lictor` from source in a process of its own. Rejects after 20 s, or if the output contains a secret. */
export async function lictor(args: readonly string[], options: CommandOptions): Promise<Ended> {
  const ended = await run(args, options);
  for (const text of [ended.stdout, ended.stderr]) refuseSecrets(`lictor ${args[0]}`, text);
  return ended;
}

function run(args: readonly string[], { directory, env = {}, input = '' }: CommandOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      {
        cwd: directory,
        env: { PATH: process.env['PATH'], ...PROGRAM_ENVIRONMENT, ...env },
        timeout: 20_000,
        killSignal: 'SIGKILL',
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`lictor ${args.join(' ')} did not end by itself: ${stderr}`, { cause: error }));
      },
    );
    child.stdin?.end(input);
  });
}
