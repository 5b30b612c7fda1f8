import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LivePolicies } from '../../src/sidecar/loading/live-policies.ts';
import { Loader, type LoaderOptions } from '../../src/sidecar/loading/loader.ts';
import { childrenOf } from './processes.ts';
import { waitFor } from './wait.ts';

/** Outcome of a folder, or the begin of a load. */
export type LoadEvent =
  | { readonly kind: 'load' }
  | { readonly kind: 'swap'; readonly policies: readonly string[] }
  | { readonly kind: 'failure'; readonly code: string; readonly file: string; readonly message: string }
  | { readonly kind: 'recovery' };

type Limits = Pick<LoaderOptions, 'timeout' | 'memory' | 'idle' | 'retry' | 'silence'>;

/** A loader in this process, with a real loading process, and a folder whose versions replace one another. */
export class RunningLoader {
  readonly events: LoadEvent[] = [];
  readonly policies: LivePolicies;
  readonly loader: Loader;
  readonly #folder: string;
  #taken = 0;
  #versions = 0;

  private constructor(folder: string, limits: Limits) {
    this.#folder = folder;
    this.policies = new LivePolicies({
      onSwap: (set) =>
        this.events.push({ kind: 'swap', policies: set.policies.map(({ name }) => name).toSorted() }),
      onFailure: ({ diagnostics: [first] }) =>
        this.events.push({
          kind: 'failure',
          code: first?.code ?? '',
          file: first?.span.file ?? '',
          message: first?.message ?? '',
        }),
      onRecovery: () => this.events.push({ kind: 'recovery' }),
    });
    this.loader = new Loader({
      settings: {
        dir: join(folder, 'live'),
        revision: undefined,
        requireRevision: false,
        requireClean: false,
        fromCommit: undefined,
        environment: undefined,
        hasSharedStore: false,
      },
      ...limits,
    });
    this.loader.serve({
      policies: this.policies,
      prepare: () => [][Symbol.iterator](),
      onLoad: () => this.events.push({ kind: 'load' }),
    });
  }

  /** Starts with a folder of these files. It ends with the stack. */
  static async start(
    stack: AsyncDisposableStack,
    folder: string,
    files: Readonly<Record<string, string>>,
    limits: Limits,
  ): Promise<RunningLoader> {
    await mkdir(join(folder, 'first'));
    await writeFiles(join(folder, 'first'), files);
    await symlink('first', join(folder, 'live'));
    const running = new RunningLoader(folder, limits);
    stack.defer(() => running.loader.close());
    return running;
  }

  /** Replaces the whole folder at once. */
  async replace(files: Readonly<Record<string, string>>): Promise<void> {
    const name = `version-${this.#versions++}`;
    await mkdir(join(this.#folder, name));
    await writeFiles(join(this.#folder, name), files);
    await symlink(name, join(this.#folder, 'next'));
    await rename(join(this.#folder, 'next'), join(this.#folder, 'live'));
  }

  /** The first event of the kind after the one that was returned before. */
  next<Kind extends LoadEvent['kind']>(kind: Kind): Promise<Extract<LoadEvent, { kind: Kind }>> {
    const isWanted = (event: LoadEvent): event is Extract<LoadEvent, { kind: Kind }> => event.kind === kind;
    return waitFor(
      () => {
        const event = this.events.slice(this.#taken).find(isWanted);
        if (event !== undefined) this.#taken = this.events.indexOf(event) + 1;
        return event;
      },
      { what: `an event \`${kind}\` after ${JSON.stringify(this.events)}`, timeout: 60_000 },
    );
  }

  /** Forgets the events until now. */
  skip(): void {
    this.#taken = this.events.length;
  }

  /** Returns the last event once more. */
  again(): void {
    this.#taken -= 1;
  }

  /** Id of the loading process; waits for one that is not `before`. */
  process(before?: number): Promise<number> {
    return waitFor(() => childrenOf(process.pid, 'load-process').find((pid) => pid !== before), {
      what: 'a loading process',
      timeout: 30_000,
    });
  }
}

async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
}
