import type { LimitStore, Taken } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import type { Awaitable } from './first-of.ts';
import type { LimitVerdict } from './outcome.ts';

/** The arguments of a `take` that can be given back. */
interface Return {
  readonly limit: CompiledLimit;
  readonly key: string;
  readonly cost: number;
  readonly now: number;
}

const NO_VERDICTS: readonly LimitVerdict[] = [];

/** The units that one request has taken from limits so far, so that a later denial can give them back. */
export class LimitReservations {
  readonly #store: LimitStore;
  #verdicts: LimitVerdict[] | undefined;
  #headers: Map<string, string> | undefined;
  #returns: Return[] | undefined;

  constructor(store: LimitStore) {
    this.#store = store;
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

  /** Takes from one bucket; `giveBack` returns what was taken as `returnable`. */
  take(
    policy: CompiledPolicy,
    limit: CompiledLimit,
    key: string,
    cost: number,
    now: number,
    returnable: boolean,
  ): Awaitable<Taken> {
    const taking = this.#store.take(key, limit.rate, limit.burst, cost, now);
    const wanted = returnable ? { limit, key, cost, now } : undefined;
    if (taking instanceof Promise) return taking.then((taken) => this.#note(taken, policy, limit, wanted));
    return this.#note(taking, policy, limit, wanted);
  }

  #note(taken: Taken, policy: CompiledPolicy, limit: CompiledLimit, wanted: Return | undefined): Taken {
    const { allowed, remaining } = taken;
    if (allowed && wanted !== undefined) {
      if (this.#returns === undefined) this.#returns = [wanted];
      else this.#returns.push(wanted);
    }
    const verdict: LimitVerdict = { policy: policy.name, name: limit.name, allowed, remaining };
    if (this.#verdicts === undefined) this.#verdicts = [verdict];
    else this.#verdicts.push(verdict);
    return taken;
  }

  /** Gives back what was taken, so that denied requests do not empty a caller's bucket. */
  giveBack(): void {
    const returns = this.#returns;
    if (returns === undefined) return;
    this.#returns = undefined;
    for (const { limit, key, cost, now } of returns)
      this.#store.giveBack(key, limit.rate, limit.burst, cost, now);
  }
}
