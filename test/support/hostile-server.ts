import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Asker, connectAsker } from './ask.ts';
import { type Lictor, startLictor } from './lictor.ts';
import { waitFor } from './wait.ts';

/** The policy that every version of the folder has, and that the checks of the suite ask for. */
const GOOD = `apiVersion: lictor/v1
kind: Policy
metadata: {name: suite-good}
spec:
  match: [{hosts: [good.suite.example]}]
  rules: [{name: all, effect: allow}]
`;

/** What became of a folder. */
export interface Arrival {
  readonly result: 'success' | 'failure';
  /** Codes of the errors of a failed load. */
  readonly codes: readonly string[];
  /** Digest of the version that decides after it. */
  readonly digest: string;
  /** Resident memory of the process that serves, in MiB. */
  readonly memory: number;
  /** Milliseconds of each check during the arrival. */
  readonly times: readonly number[];
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
    });
    return new HostileServer(lictor, folder);
  }

  async stop(): Promise<void> {
    this.#asker.close();
    await this.#lictor.stop();
  }

  /** Times of checks while nothing happens, for `duration` milliseconds. */
  async quiet(duration: number): Promise<readonly number[]> {
    const load = this.#ask();
    const until = performance.now() + duration;
    await waitFor(() => (performance.now() > until ? true : undefined), {
      what: 'the end of the quiet time',
      timeout: duration + 10_000,
    });
    return (await load.stop()).times;
  }

  /** Replaces the folder by a version with these files and asks until it is live or refused; then the good one returns. */
  async arrive(
    files: Readonly<Record<string, string | Uint8Array>>,
    prepare: (dir: string) => Promise<void> = async () => {},
  ): Promise<Arrival> {
    const name = `version-${this.#versions++}`;
    await writeVersion(join(this.#folder, name), files);
    await prepare(join(this.#folder, name));
    const before = (await this.#status()).last_reload.at;
    const load = this.#ask();
    await this.#link(name);
    const seen = await this.#reloadAfter(before);
    const memory = await this.#memory();
    const { times, wrong } = await load.stop();
    const arrival = {
      result: seen.last_reload.result,
      codes: seen.last_reload.diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ code }) => code),
      digest: seen.active.revision.digest,
      memory,
      times,
      wrong,
    };
    await this.#link('good');
    await this.#reloadAfter(seen.last_reload.at);
    await rm(join(this.#folder, name), { recursive: true });
    return arrival;
  }

  /** Digest of the version that decides. */
  async digest(): Promise<string> {
    return (await this.#status()).active.revision.digest;
  }

  async #link(name: string): Promise<void> {
    await symlink(name, join(this.#folder, 'next'));
    await rename(join(this.#folder, 'next'), join(this.#folder, 'live'));
  }

  #reloadAfter(at: string): Promise<ReloadStatus> {
    return waitFor(
      async () => {
        const status = await this.#status();
        return status.last_reload.at === at ? undefined : status;
      },
      { what: 'the next load of the folder', timeout: 120_000, child: this.#lictor.child, every: 50 },
    );
  }

  async #status(): Promise<ReloadStatus> {
    return (await (await fetch(`${this.#lictor.admin}/v1/status`)).json()) as ReloadStatus;
  }

  async #memory(): Promise<number> {
    const text = await readFile(`/proc/${this.#lictor.child.pid}/status`, 'utf8').catch(() => '');
    return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024;
  }

  /** Asks one check after another. */
  #ask(): { stop(): Promise<Pick<Arrival, 'times' | 'wrong'>> } {
    const times: number[] = [];
    let wrong = 0;
    let ended = false;
    const lane = async (): Promise<void> => {
      while (!ended) {
        const began = performance.now();
        const answer = await this.#asker
          .check({ host: 'good.suite.example', path: '/' })
          .catch(() => undefined);
        times.push(performance.now() - began);
        if (answer === undefined || (answer.status?.code ?? 0) !== 0) wrong += 1;
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
