import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Core of all processes of the sidecar; the load has the other one. */
export const SIDECAR_CORE = 0;
const LOAD_CORE = 1;

/** Keeps all threads of a process, and what it starts, on a core. */
export function pin(pid: number, core: number): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)], {
    stdio: 'ignore',
  });
}

/** Checks that were sent in some time. */
export interface SteadyChecks {
  /** Milliseconds from sending a check to its answer. */
  readonly times: readonly number[];
  /** Milliseconds from the planned time of a check to its sending: the delay of the load generator itself. */
  readonly late: readonly number[];
  /** Checks that were not allowed, or failed. */
  readonly wrong: number;
}

export interface SteadyLoad {
  /** The checks since the last call, once they are answered. */
  taken(): Promise<SteadyChecks>;
  stop(): void;
}

/** Starts to send a check every `interval` milliseconds from a process of its own, so that nothing here delays one. */
export function startSteadyLoad(address: string, host: string, interval: number): SteadyLoad {
  const program = fileURLToPath(new URL('./steady-asker.ts', import.meta.url));
  const child = fork(program, [address, host, String(interval)], { serialization: 'advanced', execArgv: [] });
  pin(child.pid ?? 0, LOAD_CORE);
  return {
    async taken() {
      child.send('take');
      const [checks] = (await once(child, 'message')) as [SteadyChecks];
      return checks;
    },
    stop: () => void child.kill(),
  };
}
