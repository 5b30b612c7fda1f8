import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { guard } from './warden.ts';

export interface ChildOptions {
  /** Name in error messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** File that takes its stdout and stderr. */
  readonly log: string;
  /** File descriptors in place of the log. */
  readonly stdout?: number;
  readonly stderr?: number;
}

/** A running program. It ends with this process. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Resolves when the program has ended, with the cause: `exit code 1`, `signal SIGKILL`. */
  readonly exited: Promise<string>;
  /** Cause of the end; undefined while the program runs. */
  ended(): string | undefined;
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL after `grace` milliseconds (default 3000). Resolves when the program has ended. */
  stop(grace?: number): Promise<void>;
}

/**
 * Starts a program in a process group of its own: Ctrl-C reaches this process only, which then stops the program.
 * Rejects if it cannot be started.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, env, log } = options;
  const out = openSync(log, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', options.stdout ?? out, options.stderr ?? out],
    detached: true,
    ...(env && { env }),
  });
  closeSync(out);
  const pid = await started(child, name, command);
  const release = guard(pid);
  let end: string | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      release();
      end = signal === null ? `exit code ${code}` : `signal ${signal}`;
      resolve(end);
    });
  });
  return {
    name,
    pid,
    log,
    exited,
    ended: () => end,
    signal: (signal) => void child.kill(signal),
    stop: async (grace = 3000) => {
      if (end !== undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), grace);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The last lines of a child's log, for error messages. */
export function lastLines(log: string, count = 12): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

function started(child: ChildProcess, name: string, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () =>
      child.pid === undefined ? reject(new Error(`${name} has no pid`)) : resolve(child.pid),
    );
    child.once('error', (cause) => reject(new Error(`${name} cannot be started from ${command}`, { cause })));
  });
}
