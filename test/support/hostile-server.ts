import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Asker, connectAsker } from './ask.ts';
import { type Lictor, startLictor } from './lictor.ts';
import { type LoopTimes, loopTimes, loopWatch } from './loop-times.ts';
import { childrenOf, isRunning, processorTime, residentMemory } from './processes.ts';
import { waitFor } from './wait.ts';

/** The policy that every version of the folder has, and that the checks of the suite ask for. */
const GOOD = `apiVersion: lictor/v1
kind: Policy
metadata: {name: suite-good}
spec:
  match: [{hosts: [good.suite.example]}]
  rules: [{name: all, effect: allow}]
`;

/** Time between a check and the next, in milliseconds. */
const PACE = 5;

/** Outcome of a folder. */
export interface Arrival {
  readonly result: 'success' | 'failure';
  /** Codes of the errors of a failed load. */
  readonly codes: readonly string[];
  /** Digest of the version that decides after it. */
  readonly digest: string;
  /** Most resident memory of the process that serves, in MiB. */
  readonly memory: number;
  /** Most resident memory of its loading process, in MiB, as seen 20 times a second. */
  readonly loading: number;
  /** Milliseconds of each check during the arrival. */
  readonly times: readonly number[];
  readonly loop: LoopTimes;
  /** Checks that were not allowed, or failed. */
  readonly wrong: number;
}

interface ReloadStatus {
  readonly active: { readonly revision: { readonly digest: string } };
  readonly last_reload: {
    readonly at: string;
    readonly result: 'success' | 'failure';
    readonly diagnostics: readonly { readonly code: string; readonly severity: string }[];
  };
}

/** A sidecar with a good version, beside which other versions of its folder arrive. */
export class HostileServer {
  readonly #lictor: Lictor;
  readonly #asker: Asker;
  readonly #folder: string;
  #versions = 0;

  private constructor(lictor: Lictor, folder: string) {
    this.#lictor = lictor;
    this.#folder = folder;
    this.#asker = connectAsker(lictor.listen);
  }

  static async start(folder: string, args: readonly string[] = []): Promise<HostileServer> {
    await writeVersion(join(folder, 'good'), {});
    await symlink('good', join(folder, 'live'));
    const lictor = await startLictor({
      folder,
      policies: join(folder, 'live'),
      args: ['--drain-delay', '0s', ...args],
      env: loopWatch(join(folder, 'loop.sock')),
    });
    return new HostileServer(lictor, folder);
  }

  async stop(): Promise<void> {
    this.#asker.close();
    await this.#lictor.stop();
  }

  /** Times of checks while nothing happens, for `duration` milliseconds. */
  async quiet(duration: number): Promise<Pick<Arrival, 'times' | 'loop'>> {
    await this.#loop();
    const load = this.#ask();
    await pause(duration);
    const { times } = await load.stop();
    return { times, loop: await this.#loop() };
  }

  /**
   * Replaces the folder by a version with these files and asks until it is live or refused, for `timeout` milliseconds
   * at most; then the good one returns.
   */
  async arrive(
    files: Readonly<Record<string, string | Uint8Array>>,
    prepare: (dir: string) => Promise<void> = async () => {},
    timeout = 120_000,
  ): Promise<Arrival> {
    const name = `version-${this.#versions++}`;
    await writeVersion(join(this.#folder, name), files);
    await prepare(join(this.#folder, name));
    const before = (await this.#status()).last_reload.at;
    await this.#loop();
    const load = this.#ask();
    const memory = this.#watchMemory();
    try {
      await this.#link(name);
      const seen = await this.#reloadAfter(before, timeout);
      return {
        result: seen.last_reload.result,
        codes: seen.last_reload.diagnostics
          .filter(({ severity }) => severity === 'error')
          .map(({ code }) => code),
        digest: seen.active.revision.digest,
        ...memory.stop(),
        ...(await load.stop()),
        loop: await this.#loop(),
      };
    } finally {
      memory.stop();
      await load.stop();
      const { at } = (await this.#status()).last_reload;
      await this.#link('good');
      await this.#reloadAfter(at, timeout);
      await rm(join(this.#folder, name), { recursive: true });
    }
  }

  /** Digest of the version that decides. */
  async digest(): Promise<string> {
    return (await this.#status()).active.revision.digest;
  }

  async #link(name: string): Promise<void> {
    await symlink(name, join(this.#folder, 'next'));
    await rename(join(this.#folder, 'next'), join(this.#folder, 'live'));
  }

  /** The status after the next load; an error says what the loading process does instead. */
  async #reloadAfter(at: string, timeout: number): Promise<ReloadStatus> {
    const next = async (): Promise<ReloadStatus | undefined> => {
      const status = await this.#status();
      return status.last_reload.at === at ? undefined : status;
    };
    const { child } = this.#lictor;
    try {
      return await waitFor(next, { what: 'the next load of the folder', timeout, child, every: 20 });
    } catch (error) {
      const states = childrenOf(child.pid, 'load-process').map(
        (pid) => `${processorTime(pid)} s of a processor, ${residentMemory(pid).toFixed(0)} MiB`,
      );
      throw new Error(`loading processes: ${states.join('; ')}`, { cause: error });
    }
  }

  async #status(): Promise<ReloadStatus> {
    return (await (await fetch(`${this.#lictor.admin}/v1/status`)).json()) as ReloadStatus;
  }

  #loop(): Promise<LoopTimes> {
    return loopTimes(join(this.#folder, 'loop.sock'));
  }

  /** Looks at the memory of both processes until it is stopped. */
  #watchMemory(): { stop(): Pick<Arrival, 'memory' | 'loading'> } {
    const { pid } = this.#lictor.child;
    let memory = 0;
    let loading = 0;
    let child = childrenOf(pid, 'load-process')[0] ?? 0;
    const look = (): void => {
      if (!isRunning(child)) child = childrenOf(pid, 'load-process')[0] ?? 0;
      memory = Math.max(memory, residentMemory(pid));
      loading = Math.max(loading, residentMemory(child));
    };
    const timer = setInterval(look, 50);
    return {
      stop() {
        look();
        clearInterval(timer);
        return { memory, loading };
      },
    };
  }

  /** Asks one check after another, until it is stopped. */
  #ask(): { stop(): Promise<Pick<Arrival, 'times' | 'wrong'>> } {
    const times: number[] = [];
    let wrong = 0;
    let ended = false;
    const lane = async (): Promise<void> => {
      for (;;) {
        if (ended) return;
        const began = performance.now();
        const answer = await this.#asker
          .check({ host: 'good.suite.example', path: '/' })
          .catch(() => undefined);
        times.push(performance.now() - began);
        if (answer === undefined || (answer.status?.code ?? 0) !== 0) wrong += 1;
        // Without a pause, both processors are busy with checks, and the loading process gets a tenth of one.
        await pause(PACE);
      }
    };
    const running = lane();
    return {
      async stop() {
        ended = true;
        await running;
        return { times, wrong };
      },
    };
  }
}

async function writeVersion(
  dir: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  await mkdir(dir);
  for (const [path, content] of Object.entries({ 'suite-good.yaml': GOOD, ...files })) {
    const file = join(dir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
