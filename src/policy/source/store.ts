import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { FileSystem } from './file-system.ts';
import { diagnostic } from './load.ts';
import { type CompileFolder, type LoadResult, loadPolicySet } from './load-policy-set.ts';

/** How an attempt to bring in the folder ended. */
export interface Reload {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `unchanged`: the folder holds what is live already and did so before; nothing was swapped. */
  readonly result: 'success' | 'failure' | 'unchanged';
  readonly diagnostics: readonly Diagnostic[];
  /** What the operator may want to know about the revision; see `RevisionFound`. */
  readonly notes: readonly string[];
}

export interface PolicyStoreOptions {
  readonly dir: string;
  readonly compile: CompileFolder;
  /** The `--revision` flag. */
  readonly revision?: string | undefined;
  /** `--require-revision`: a folder under no commit is not taken. A dirty one is, and shows as such. */
  readonly requireRevision?: boolean;
  readonly fileSystem?: FileSystem;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** After a swap; `previous` is undefined for the first set. */
  readonly onSwap?: (set: PolicySet, previous: PolicySet | undefined) => void;
  /** After a reload that failed for another reason, or over other files, than the one before it. */
  readonly onFailure?: (reload: Reload) => void;
  /** When a folder that failed holds again what is live. */
  readonly onRecovery?: (reload: Reload) => void;
}

/** Holds the policy set that decides, and brings in new ones. */
export class PolicyStore {
  readonly #options: PolicyStoreOptions;
  #current: PolicySet | undefined;
  #loadedAt: number | undefined;
  #last: Reload | undefined;
  /** The arrival that `#current` came with. */
  #live: LoadResult | undefined;
  #lastFailure = '';
  #running: Promise<Reload> | undefined;
  #next: Promise<Reload> | undefined;

  constructor(options: PolicyStoreOptions) {
    this.#options = options;
  }

  /** The set that decides now; undefined until a folder was good once. A request asks exactly once. */
  current(): PolicySet | undefined {
    return this.#current;
  }

  /** When the current set was swapped in, in milliseconds since 1970. */
  get loadedAt(): number | undefined {
    return this.#loadedAt;
  }

  /** The last reload that swapped, failed or recovered, so never an unchanged one; undefined before the first. */
  get lastReload(): Reload | undefined {
    return this.#last;
  }

  /**
   * Brings in the folder as it is now. One at a time: a call during a load causes exactly one more, however
   * many there are. A broken folder leaves the current set where it is. Rejects only with what one of the
   * callbacks throws.
   */
  reload(): Promise<Reload> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    const follow = () => {
      this.#next = undefined;
      return this.#start();
    };
    this.#next = this.#running.then(follow, follow);
    return this.#next;
  }

  #start(): Promise<Reload> {
    this.#running = this.#reloadOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #reloadOnce(): Promise<Reload> {
    const { dir, compile, revision: flag, fileSystem } = this.#options;
    let result: LoadResult;
    try {
      result = await loadPolicySet(dir, { compile, flag, fileSystem, previous: this.#live });
    } catch (error) {
      return this.#fail([ownFault(dir, error)], [], '');
    }
    const reasons = this.#objections(result);
    if (result.set === undefined || reasons.length > 0) {
      return this.#fail(reasons, result.notes, result.revision?.digest ?? '');
    }
    return this.#take(result, result.set);
  }

  /** Why an arrival cannot decide. */
  #objections(result: LoadResult): readonly Diagnostic[] {
    const { dir, requireRevision = false } = this.#options;
    if (result.set === undefined) return result.diagnostics;
    const reasons: Diagnostic[] = [];
    if (result.set.policies.length === 0) {
      const message = `\`${dir}\` holds no policy`;
      reasons.push(diagnostic('no_policies', '', message, 'add a document of kind `Policy`'));
    }
    if (requireRevision && result.set.revision.commit === '') {
      const message = `\`${dir}\` is under no commit, which \`--require-revision\` asks for`;
      const help = 'serve a git checkout, add a file `REVISION`, or pass `--revision`';
      reasons.push(diagnostic('no_revision', '', message, help));
    }
    return reasons;
  }

  #take(result: LoadResult, set: PolicySet): Reload {
    const { now, onSwap, onRecovery } = this.#options;
    const previous = this.#current;
    const failedBefore = this.#last?.result === 'failure';
    this.#live = result;
    this.#lastFailure = '';
    const shared = { at: now(), diagnostics: result.diagnostics, notes: result.notes };
    if (set === previous) {
      if (!failedBefore) return { ...shared, result: 'unchanged' };
      this.#last = { ...shared, result: 'success' };
      onRecovery?.(this.#last);
      return this.#last;
    }
    this.#loadedAt = shared.at;
    this.#last = { ...shared, result: 'success' };
    this.#current = set;
    onSwap?.(set, previous);
    return this.#last;
  }

  #fail(diagnostics: readonly Diagnostic[], notes: readonly string[], digest: string): Reload {
    const reload: Reload = { at: this.#options.now(), result: 'failure', diagnostics, notes };
    const failure = JSON.stringify([digest, diagnostics]);
    if (failure === this.#lastFailure) return reload;
    this.#lastFailure = failure;
    this.#last = reload;
    this.#options.onFailure?.(reload);
    return reload;
  }
}

function ownFault(dir: string, error: unknown): Diagnostic {
  const help = 'this is a fault of the program, not of the policies; please report it';
  return diagnostic('internal_fault', '', `\`${dir}\` could not be compiled: ${errorMessage(error)}`, help);
}
