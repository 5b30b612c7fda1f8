import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { End } from './bounds.ts';
import { type Order, PROGRESS_FD, type Report } from './messages.ts';

/** A running process that loads policies. */
export interface LoadingProcess {
  send(order: Order): void;
  /** Path of the file that it works on; empty if it has not begun. */
  progress(): string;
  /** Bytes of memory that it takes; 0 if the system does not tell. */
  memory(): number;
  /** Ends it at once, whatever it does. */
  kill(): void;
}

export interface ProcessEvents {
  readonly onReport: (report: Report) => void;
  /** The end of the process, with a phrase for its cause. */
  readonly onExit: (cause: string, end: End) => void;
}

/** A loading process that waits for its first order. */
export interface ForkedProcess extends LoadingProcess {
  /** False if it has ended, or was never started. */
  isRunning(): boolean;
  /** Receives its events from now on. If it could not be started, the next one is its end. */
  listen(events: ProcessEvents): void;
}

/** Last characters of its standard error that are kept. */
const KEPT = 4096;
/** Size of a page of memory in bytes, in which Linux counts. */
const PAGE = 4096;

/** One arena of glibc for all threads: each of its own keeps some 2 MiB that others do not get. */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' } as const;

/** This folder has source code or JavaScript, by whether the program runs from source. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './load-process.ts' : './load-process.js',
  import.meta.url,
);

/**
 * Forks a loading process. `heap` is the most memory for its objects, in MiB; `args` as in `load-process`.
 *
 * @throws Error for some causes, such as a lack of memory; for others, the process ends.
 */
export function forkProcess(heap: number, args: readonly string[]): ForkedProcess {
  const child = fork(fileURLToPath(ENTRY), args, {
    env: { ...ONE_ARENA, ...process.env },
    execArgv: [`--max-old-space-size=${heap}`, '--max-semi-space-size=2'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
  });
  let events: ProcessEvents | undefined;
  let ended = false;
  const endOf = (signal: NodeJS.Signals | null, code: number | null): End => {
    if (errors.includes('out of memory')) return 'memory';
    if (signal !== 'SIGABRT' && code !== 134) return 'fault';
    // Node aborts a process that gets no thread, such as at a bound of processes.
    return hasBegun ? 'memory' : 'start';
  };
  const end = (cause: string, how: End): void => {
    if (ended) return;
    ended = true;
    events?.onExit(cause, how);
  };
  child.once('error', (error) => end(`cannot be started: ${error.message}`, 'start'));
  let hasBegun = false;
  let errors = '';
  let lines = '';
  // A process without file descriptors does not get streams.
  if (child.pid !== undefined) {
    keepLast(child.stderr, (text) => {
      errors = (errors + text).slice(-KEPT);
    });
    const progress = child.stdio[PROGRESS_FD];
    keepLast(progress !== null && progress !== undefined && 'read' in progress ? progress : null, (text) => {
      lines = (lines + text).slice(-KEPT);
    });
    child.on('message', (report) => {
      hasBegun = true;
      if (!ended) events?.onReport(report as Report);
    });
    // After `exit`, the pipes can still have the name of the file that it worked on.
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') end('was ended by SIGKILL', 'killed');
      else end(`ended with ${signal ?? `exit code ${code}`}`, endOf(signal, code));
    });
    detach(child);
  }
  return {
    send(order) {
      if (child.connected) child.send(order, () => {});
    },
    progress: () => lines.split('\n').at(-2) ?? '',
    memory: () => residentBytes(child.pid),
    kill: () => void child.kill('SIGKILL'),
    isRunning: () => child.connected && child.exitCode === null && child.signalCode === null && !ended,
    listen: (next) => {
      events = next;
    },
  };
}

/** Nothing of the process keeps this one alive. */
function detach(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  for (const stream of child.stdio) {
    if (stream instanceof Socket) stream.unref();
  }
}

function keepLast(stream: Readable | null, keep: (text: string) => void): void {
  stream
    ?.setEncoding('utf8')
    .on('data', keep)
    .on('error', () => {});
}

function residentBytes(pid: number | undefined): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return Number(pages) * PAGE;
  } catch {
    return 0;
  }
}
