import { type Limit, type Take, type Taken, takeFrom } from '../../engine/limit/limit.ts';
import type { LocalStore } from '../../engine/limit/local-store.ts';
import { areTaken } from '../../engine/limit/scoped-store.ts';
import { ownText } from '../../engine/request/own-text.ts';
import { shortKey } from './short-key.ts';

/** Keys with requests that were allowed without the store and are not charged to it yet. */
const MOST_DEBTS = 10_000;

/** A request that was allowed without the store. */
export interface Debt {
  readonly limit: Limit;
  readonly key: string;
  cost: number;
}

/**
 * The share of each shared limit that this process may use while the store does not answer: rate and burst divided by
 * the number of processes. What the process allows while the store answers is counted against its share as well, so
 * that an outage does not begin with a full bucket.
 */
export class Shares {
  readonly #store: LocalStore;
  /** Number of processes. */
  readonly #replicas: () => number;
  /** Shared limits of the live policy set, and their shares. */
  #followed: readonly Limit[] = [];
  #divided = 0;
  #limits = new WeakMap<Limit, Limit>();
  readonly #taken = new WeakMap<Take, Take>();
  #debts = new Map<string, Debt>();

  constructor(store: LocalStore, replicas: () => number) {
    this.#store = store;
    this.#replicas = replicas;
  }

  /** Counts by these limits, those of a policy set that becomes live. */
  follow(limits: readonly Limit[], now: number): void {
    this.#followed = limits;
    this.#divide(this.#replicas(), now);
  }

  #divide(replicas: number, now: number): void {
    this.#divided = replicas;
    this.#limits = new WeakMap();
    this.#store.follow(
      this.#followed.map((limit) => this.#shareOf(limit)),
      now,
    );
  }

  /** Divides the limits anew if the number of processes has changed. */
  #current(now: number): void {
    const replicas = this.#replicas();
    if (replicas !== this.#divided) this.#divide(replicas, now);
  }

  /** Counts what was allowed by the store. */
  note(limit: Limit, key: string, cost: number, now: number): void {
    if (cost <= 0 || limit.shared?.onStoreFailure !== 'local') return;
    this.#current(now);
    const share = this.#shareOf(limit);
    this.#store.take(takeFrom(share, shortKey(key), Math.min(cost, share.burst)), now);
  }

  /** Takes from the shares of all takes, or from none; a limit that denies without its store refuses. */
  takeAll(takes: readonly Take[], now: number): readonly (Taken | undefined)[] {
    if (takes.some(({ limit }) => limit.shared?.onStoreFailure === 'deny'))
      return takes.map(({ limit }) => (limit.shared?.onStoreFailure === 'deny' ? UNAVAILABLE : undefined));
    this.#current(now);
    const own = takes.map(({ limit, key, cost }) => takeFrom(this.#shareOf(limit), shortKey(key), cost));
    const answers = this.#store.takeAll(own, now);
    if (areTaken(answers)) own.forEach((share, i) => this.#took(takes[i], share));
    return answers.map((taken) => ({ ...taken, withoutStore: 'share' as const }));
  }

  #took(take: Take | undefined, own: Take): void {
    if (take === undefined) return;
    this.#taken.set(take, own);
    const { limit, cost } = take;
    const key = ownText(own.key);
    const id = `${limit.id}\0${key}`;
    const debt = this.#debts.get(id);
    if (debt !== undefined) debt.cost += cost;
    else if (this.#debts.size < MOST_DEBTS) this.#debts.set(id, { limit, key, cost });
  }

  /** Gives back what a take took from its share; false if it took nothing there. */
  giveBack(take: Take, now: number): boolean {
    const own = this.#taken.get(take);
    if (own === undefined) return false;
    this.#taken.delete(take);
    this.#store.giveBack([own], now);
    const debt = this.#debts.get(`${take.limit.id}\0${own.key}`);
    if (debt !== undefined) debt.cost = Math.max(0, debt.cost - take.cost);
    return true;
  }

  /** Some of the debts, which are no longer kept. */
  takeDebts(most: number): readonly Debt[] {
    const taken: Debt[] = [];
    for (const [id, debt] of this.#debts) {
      if (taken.length >= most) break;
      this.#debts.delete(id);
      if (debt.cost > 0) taken.push(debt);
    }
    return taken;
  }

  #shareOf(limit: Limit): Limit {
    const known = this.#limits.get(limit);
    if (known !== undefined) return known;
    const share = shareOf(limit, this.#divided);
    this.#limits.set(limit, share);
    return share;
  }
}

/** The share of one of several processes: `1 / replicas` of the rate, exactly, and of the burst, at least 1. */
function shareOf({ id, rate, burst }: Limit, replicas: number): Limit {
  return {
    id,
    rate: { count: rate.count, period: rate.period * replicas },
    burst: Math.max(1, Math.floor(burst / replicas)),
  };
}

const UNAVAILABLE: Taken = {
  allowed: false,
  remaining: 0,
  retryAfter: 1000,
  resetAfter: 0,
  withoutStore: 'unavailable',
};
