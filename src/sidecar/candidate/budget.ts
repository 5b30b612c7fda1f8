/** Time that can be spent at once after a pause, in milliseconds. */
const BURST = 2;

/** A share of the time of one thread. Times are milliseconds of a monotonic clock. */
export class Budget {
  readonly #share: number;
  #left = BURST;
  #filledAt: number;

  /** `share`: above 0, at most 1. */
  constructor(share: number, now: number) {
    this.#share = share;
    this.#filledAt = now;
  }

  /** Time until something can be spent again; 0 if it can be now. */
  wait(now: number): number {
    this.#left = Math.min(BURST, this.#left + (now - this.#filledAt) * this.#share);
    this.#filledAt = now;
    return this.#left > 0 ? 0 : Math.ceil(-this.#left / this.#share) + 1;
  }

  /** Takes what a work has cost, also if it is more than was left: then the next one waits longer. */
  spend(cost: number): void {
    this.#left -= cost;
  }
}
