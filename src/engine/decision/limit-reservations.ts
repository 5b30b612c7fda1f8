import type { LimitStore, Taken } from '../limit/limit.ts';
import type { LimitTake } from './limit-take.ts';
import type { LimitVerdict } from './outcome.ts';

const NO_VERDICTS: readonly LimitVerdict[] = [];

/** The units that one request has taken from limits so far, so that a later denial can give them back. */
export class LimitReservations {
  readonly store: LimitStore;
  readonly #clock: () => number;
  #verdicts: LimitVerdict[] | undefined;
  #headers: Map<string, string> | undefined;
  #returns: LimitTake[] | undefined;

  /** `clock`: the monotonic clock by which the store counts. */
  constructor(store: LimitStore, clock: () => number) {
    this.store = store;
    this.#clock = clock;
  }

  /** Time for the store, milliseconds. */
  get now(): number {
    return this.#clock();
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

  /** Notes the answer of a bucket. `giveBack` returns what was taken as `isReturnable`. */
  note(take: LimitTake, { allowed, remaining, withoutStore }: Taken, isReturnable: boolean): void {
    if (isReturnable) {
      if (this.#returns === undefined) this.#returns = [take];
      else this.#returns.push(take);
    }
    const verdict: LimitVerdict = {
      policy: take.policy.name,
      name: take.limit.name,
      allowed,
      remaining,
      withoutStore,
    };
    if (this.#verdicts === undefined) this.#verdicts = [verdict];
    else this.#verdicts.push(verdict);
  }

  /** Gives back what was taken, so that denied requests do not empty a caller's bucket. */
  giveBack(): void {
    const returns = this.#returns;
    if (returns === undefined) return;
    this.#returns = undefined;
    this.store.giveBack(returns, this.now);
  }
}
