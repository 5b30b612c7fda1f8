import type { LimitStore } from '../limit/limit.ts';
import type { LimitTake } from './limit-take.ts';
import type { LimitVerdict } from './outcome.ts';

const NO_VERDICTS: readonly LimitVerdict[] = [];

/** The units that one request has taken from limits so far, so that a later denial can give them back. */
export class LimitReservations {
  readonly store: LimitStore;
  readonly #clock: () => number;
  #began: number | undefined;
  #verdicts: readonly LimitVerdict[] | undefined;
  #headers: Map<string, string> | undefined;
  #returns: readonly LimitTake[] | undefined;

  /** `clock`: the monotonic clock by which the store counts. `began`: what it was when the decision began, if known. */
  constructor(store: LimitStore, clock: () => number, began?: number) {
    this.store = store;
    this.#clock = clock;
    this.#began = began;
  }

  /** Time for the store, milliseconds: the same for all of a decision that does not wait. */
  get now(): number {
    return this.#began ?? this.#clock();
  }

  /** Called when the decision begins to wait: from then on, time passes. */
  wait(): void {
    this.#began = undefined;
  }

  get verdicts(): readonly LimitVerdict[] {
    return this.#verdicts ?? NO_VERDICTS;
  }

  /** `RateLimit` fields of the answer, for an allow and for a denial. */
  get headers(): Map<string, string> {
    this.#headers ??= new Map();
    return this.#headers;
  }

  /** True if there are `headers`. */
  get hasHeaders(): boolean {
    return this.#headers !== undefined;
  }

  /** Notes the answers of the buckets of one phase. `giveBack` returns what was taken as `isReturnable`, by one phase. */
  note(takes: readonly LimitTake[], verdicts: readonly LimitVerdict[], isReturnable: boolean): void {
    if (isReturnable) this.#returns = takes;
    this.#verdicts = this.#verdicts === undefined ? verdicts : [...this.#verdicts, ...verdicts];
  }

  /** Gives back what was taken, so that denied requests do not empty a caller's bucket. */
  giveBack(): void {
    const returns = this.#returns;
    if (returns === undefined) return;
    this.#returns = undefined;
    this.store.giveBack(returns, this.now);
  }
}
