/** A number of events that may happen at once, regained with time. */
export class Allowance {
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;

  constructor(most: number, perSecond: number) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
  }

  /** Takes one; false if none is left. */
  take(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }

  /** Regains what some work has earned. */
  earn(count: number): void {
    const left = this.#left + count;
    this.#left = left < this.#most ? left : this.#most;
  }

  /** Regains what so many milliseconds give. */
  pass(milliseconds: number): void {
    this.earn((this.#perSecond * milliseconds) / 1000);
  }
}
