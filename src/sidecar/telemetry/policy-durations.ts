import { Durations } from './durations.ts';
import { OVERFLOW, RETENTION } from './series.ts';

/** Most policies that have a histogram of their own; later ones share one. */
const MAX_POLICIES = 100;

interface Entry {
  readonly durations: Durations;
  /** Count at the last sweep that saw a change, and the time of that sweep. */
  swept: { readonly count: number; readonly at: number } | undefined;
}

/** Durations of decisions by the policy that made them. */
export class PolicyDurations {
  readonly #bounds: readonly number[];
  readonly #entries = new Map<string, Entry>();

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  observe(policy: string, seconds: number): void {
    this.#of(policy).durations.observe(seconds);
  }

  #of(policy: string): Entry {
    const known = this.#entries.get(policy);
    if (known !== undefined) return known;
    const name = this.#entries.size < MAX_POLICIES ? policy : OVERFLOW;
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { durations: new Durations(this.#bounds), swept: undefined };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  *entries(): Generator<{ readonly values: readonly string[]; readonly durations: Durations }> {
    for (const [policy, { durations }] of this.#entries) yield { values: [policy], durations };
  }

  /** Removes policies that `isCurrent` rejects and that have decided nothing for as long as a series is kept. */
  sweep(now: number, isCurrent: (values: readonly string[]) => boolean): void {
    for (const [policy, entry] of this.#entries) {
      const { count } = entry.durations;
      if (entry.swept?.count !== count) entry.swept = { count, at: now };
      else if (now - entry.swept.at >= RETENTION && !isCurrent([policy])) this.#entries.delete(policy);
    }
  }
}
