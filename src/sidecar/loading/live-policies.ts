import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { PolicyStoreOptions, Reload } from '../../policy/source/store.ts';
import './makers.ts';

/** Receivers of what becomes of a policy folder. */
export type LoadObserver = Required<Pick<PolicyStoreOptions, 'onSwap' | 'onFailure' | 'onRecovery'>>;

/** Holder of the policy set that decides. */
export class LivePolicies {
  readonly #observer: LoadObserver;
  #current: PolicySet | undefined;
  #loadedAt: number | undefined;
  #last: Reload | undefined;

  constructor(observer: LoadObserver) {
    this.#observer = observer;
  }

  /** The live policy set; undefined before the first. A request calls it exactly once. */
  current(): PolicySet | undefined {
    return this.#current;
  }

  /** Time at which the live policy set became live, in milliseconds since 1970. */
  get loadedAt(): number | undefined {
    return this.#loadedAt;
  }

  /** The last load that swapped, failed or recovered; undefined before the first. */
  get lastReload(): Reload | undefined {
    return this.#last;
  }

  swap(set: PolicySet, reload: Reload): void {
    const previous = this.#current;
    this.#current = set;
    this.#loadedAt = reload.at;
    this.#last = reload;
    this.#observer.onSwap(set, previous, reload);
  }

  /** Keeps the live set. A failure like the last one is not reported again. */
  fail(reload: Reload): void {
    const isKnown = this.#last?.result === 'failure' && sameDiagnostics(this.#last, reload);
    this.#last = reload;
    if (!isKnown) this.#observer.onFailure(reload);
  }

  /** The folder has the live set; reported if it failed before. */
  recover(reload: Reload): void {
    if (this.#last?.result !== 'failure') return;
    this.#last = { ...reload, result: 'success' };
    this.#observer.onRecovery(this.#last);
  }
}

function sameDiagnostics(a: Reload, b: Reload): boolean {
  return JSON.stringify([a.revision, a.diagnostics]) === JSON.stringify([b.revision, b.diagnostics]);
}
