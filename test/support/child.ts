import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { guard } from './warden.ts';

export interface ChildOptions {
  /** How messages call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** File that takes its stdout and stderr. */
  readonly log: string;
}

/** A program that was started, and that does not outlive this process. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Resolves once it is gone, with how it went: `exit code 1`, `signal SIGKILL`. */
  readonly exited: Promise<string>;
  /** How it went; undefined while it runs. */
  ended(): string | undefined;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `grace` milliseconds (default 3000). Resolves once it is gone. */
  stop(grace?: number): Promise<void>;
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches us alone and we end it in order.
 * Rejects when it cannot be started.
 */
export async function startChild({ name, command, args, env, log }: ChildOptions): Promise<Child> {
  const out = openSync(log, 'a');
  const child = spawn(command, args, { stdio: ['ignore', out, out], detached: true, ...(env && { env }) });
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

/** The last lines of a child's log, for messages about its end. */
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
