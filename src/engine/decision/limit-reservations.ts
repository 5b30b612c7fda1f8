import type { LimitStore, Taken } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import type { LimitVerdict } from './outcome.ts';

/** The units that one request has taken from limits so far, so that a later denial can give them back. */
export class LimitReservations {
  readonly verdicts: LimitVerdict[] = [];
  /** `RateLimit` fields of the answer, for an allow and for a denial. */
  readonly headers = new Map<string, string>();
  readonly #store: LimitStore;
  readonly #returns: (() => void)[] = [];

  constructor(store: LimitStore) {
    this.#store = store;
  }

  /** Takes from one bucket; `giveBack` returns what was taken as `returnable`. */
  async take(
    policy: CompiledPolicy,
    limit: CompiledLimit,
    key: string,
    cost: number,
    now: number,
    returnable: boolean,
  ): Promise<Taken> {
    const taking = this.#store.take(key, limit.rate, limit.burst, cost, now);
    const taken = taking instanceof Promise ? await taking : taking;
    if (taken.allowed && returnable) {
      this.#returns.push(() => this.#store.giveBack(key, limit.rate, limit.burst, cost, now));
    }
    this.verdicts.push({
      policy: policy.name,
      name: limit.name,
      allowed: taken.allowed,
      remaining: taken.remaining,
    });
    return taken;
  }

  /** Gives back what was taken, so that denied requests do not empty a caller's bucket. */
  giveBack(): void {
    for (const giveBack of this.#returns.splice(0)) giveBack();
  }
}
