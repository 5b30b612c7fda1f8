import type { LimitStore, Taken } from '../limit/limit.ts';
import type { CompiledLimit, CompiledPolicy } from '../set/policy-set.ts';
import type { LimitVerdict } from './outcome.ts';

/** What the limits of one request have taken so far, so that a later refusal can give it back. */
export class LimitReservations {
  readonly verdicts: LimitVerdict[] = [];
  /** `RateLimit` fields for the answer, whatever it is. */
  readonly headers = new Map<string, string>();
  readonly #store: LimitStore;
  readonly #returns: (() => void)[] = [];

  constructor(store: LimitStore) {
    this.#store = store;
  }

  /** Takes from one bucket; what is `returnable` comes back with `giveBack`. */
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

  /** A request that is refused after all never empties somebody's bucket. */
  giveBack(): void {
    for (const giveBack of this.#returns.splice(0)) giveBack();
  }
}
