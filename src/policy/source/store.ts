import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { type Revision, revisionText } from '../../engine/set/revision.ts';
import type { FileSystem } from './file-system.ts';
import { diagnostic } from './load.ts';
import { type CompileFolder, type FromCommit, type LoadResult, loadPolicySet } from './load-policy-set.ts';
import type { Pause } from './settle.ts';

/** The result of one load of the folder. */
export interface Reload {
  /** End of the load, milliseconds since 1970. */
  readonly at: number;
  /** Duration of the load, milliseconds. */
  readonly duration: number;
  /** Revision of the folder, as answers name it; empty if the folder could not be read. */
  readonly revision: string;
  /**
   * `unchanged` if the folder has the live policy set, as in the load before; nothing is swapped. `waiting` if a process
   * is writing the folder; load it again soon.
   */
  readonly result: 'success' | 'failure' | 'unchanged' | 'waiting';
  readonly diagnostics: readonly Diagnostic[];
  /** Notes about the revision for the operator; see `RevisionFound`. */
  readonly notes: readonly string[];
}

export interface PolicyStoreOptions {
  readonly dir: string;
  readonly compile: CompileFolder;
  /** The `--revision` flag. */
  readonly revision?: string | undefined;
  /** The `--require-revision` flag: reject a folder without a commit. */
  readonly requireRevision?: boolean;
  /** The `--require-clean` flag: reject a folder that differs from its commit. */
  readonly requireClean?: boolean;
  /** The `--from-commit` flag: read the files out of the commit of HEAD. */
  readonly fromCommit?: FromCommit | undefined;
  readonly pause?: Pause;
  readonly fileSystem?: FileSystem;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called after a swap; `previous` is undefined for the first set. */
  readonly onSwap?: (set: PolicySet, previous: PolicySet | undefined, reload: Reload) => void;
  /** Called after a failed reload, unless the reload before it failed with the same files and diagnostics. */
  readonly onFailure?: (reload: Reload) => void;
  /** Called when, after a failure, the folder has the live policy set again. */
  readonly onRecovery?: (reload: Reload) => void;
}

/** Time in milliseconds after which a folder that is written without end is reported, such as one with a lost lock. */
const PATIENCE = 10_000;

/** Holder of the policy set that decides, which loads new ones. */
export class PolicyStore {
  readonly #options: PolicyStoreOptions;
  #current: PolicySet | undefined;
  #loadedAt: number | undefined;
  #last: Reload | undefined;
  /** The load that `#current` came from. */
  #live: LoadResult | undefined;
  #lastFailure = '';
  /** Time at which the store began to wait for the end of the writing; undefined if it does not wait. */
  #waitingSince: number | undefined;
  #running: Promise<Reload> | undefined;
  #next: Promise<Reload> | undefined;

  constructor(options: PolicyStoreOptions) {
    this.#options = options;
  }

  /** The live policy set; undefined before the first successful load. A request calls it exactly once. */
  current(): PolicySet | undefined {
    return this.#current;
  }

  /** Time at which the live policy set became live, in milliseconds since 1970. */
  get loadedAt(): number | undefined {
    return this.#loadedAt;
  }

  /** The last reload that swapped, failed or recovered, never an unchanged one; undefined before the first. */
  get lastReload(): Reload | undefined {
    return this.#last;
  }

  /**
   * Loads the folder as it is now. One load runs at a time; any number of calls during a load cause exactly one more. A
   * broken folder leaves the live policy set in place. Rejects only with an error of a callback.
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
    const { dir, compile, revision: flag, fileSystem, now, fromCommit, pause } = this.#options;
    const began = now();
    let result: LoadResult;
    try {
      const options = { compile, flag, fileSystem, fromCommit, pause, previous: this.#live };
      result = await loadPolicySet(dir, options);
    } catch (error) {
      return this.#fail([internalFault(dir, error)], [], undefined, began);
    }
    if (result.failure === 'busy') return this.#wait(result, began);
    this.#waitingSince = undefined;
    const reasons = this.#objections(result);
    if (result.set === undefined || reasons.length > 0) {
      return this.#fail(reasons, result.notes, result.revision, began);
    }
    return this.#accept(result, result.set, began);
  }

  /** Keeps the live set. A short operation of git is not worth a message; one that lasts is reported as a failure. */
  #wait({ diagnostics, notes }: LoadResult, began: number): Reload {
    this.#waitingSince ??= began;
    if (began - this.#waitingSince >= PATIENCE) this.#fail(diagnostics, notes, undefined, began);
    return { ...this.#timed(began), revision: '', result: 'waiting', diagnostics, notes };
  }

  /** The diagnostics that prevent a loaded policy set from becoming live. */
  #objections(result: LoadResult): readonly Diagnostic[] {
    const { dir, requireRevision = false, requireClean = false } = this.#options;
    if (result.set === undefined) return result.diagnostics;
    const reasons: Diagnostic[] = [];
    if (result.set.policies.length === 0) {
      const message = `\`${dir}\` has no policy`;
      reasons.push(diagnostic('no_policies', '', message, 'add a document of kind `Policy`'));
    }
    if (requireRevision && result.set.revision.commit === '') {
      const cause = result.notes[0] === undefined ? '' : `: ${result.notes[0]}`;
      const message = `\`${dir}\` has no commit, which \`--require-revision\` requires${cause}`;
      const help = 'serve a git checkout, add a file `REVISION`, or pass `--revision`';
      reasons.push(diagnostic('no_revision', '', message, help));
    }
    if (requireClean && result.set.revision.dirty) {
      const cause = result.notes.at(-1) ?? 'a file differs';
      const message = `\`${dir}\` is not clean, which \`--require-clean\` requires: ${cause}`;
      const help = 'commit the change or undo it, or serve the commit alone by `--from-commit`';
      reasons.push(diagnostic('dirty_tree', '', message, help));
    }
    return reasons;
  }

  #accept(result: LoadResult, set: PolicySet, began: number): Reload {
    const { onSwap, onRecovery } = this.#options;
    const previous = this.#current;
    const failedBefore = this.#last?.result === 'failure';
    this.#live = result;
    this.#lastFailure = '';
    const { diagnostics, notes } = result;
    const shared = { ...this.#timed(began), revision: set.revisionText, diagnostics, notes };
    if (set === previous) {
      if (!failedBefore) return { ...shared, result: 'unchanged' };
      this.#last = { ...shared, result: 'success' };
      onRecovery?.(this.#last);
      return this.#last;
    }
    this.#loadedAt = shared.at;
    this.#last = { ...shared, result: 'success' };
    this.#current = set;
    onSwap?.(set, previous, this.#last);
    return this.#last;
  }

  #fail(
    diagnostics: readonly Diagnostic[],
    notes: readonly string[],
    revision: Revision | undefined,
    began: number,
  ): Reload {
    const reload: Reload = {
      ...this.#timed(began),
      revision: revision === undefined ? '' : revisionText(revision),
      result: 'failure',
      diagnostics,
      notes,
    };
    const failure = JSON.stringify([revision?.digest ?? '', diagnostics]);
    if (failure === this.#lastFailure) return reload;
    this.#lastFailure = failure;
    this.#last = reload;
    this.#options.onFailure?.(reload);
    return reload;
  }

  #timed(began: number): Pick<Reload, 'at' | 'duration'> {
    const at = this.#options.now();
    return { at, duration: at - began };
  }
}

function internalFault(dir: string, error: unknown): Diagnostic {
  const help = 'this is a fault of Lictor, not of the policies; please report it';
  return diagnostic('internal_fault', '', `\`${dir}\` could not be compiled: ${errorMessage(error)}`, help);
}
