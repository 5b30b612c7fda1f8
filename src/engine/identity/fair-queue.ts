export interface FairQueueOptions {
  /** Most pieces of work under way. */
  readonly atOnce: number;
  /** Most pieces of work of one name that wait. */
  readonly waitingOfOne: number;
  /** Most pieces of work that wait. */
  readonly waiting: number;
}

/** Work of which a bounded number is under way; of that which waits, the names take turns. */
export class FairQueue {
  readonly #options: FairQueueOptions;
  /** The name whose turn is next is the first. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #underWay = 0;
  #waitingCount = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** The result of the work, now or later; undefined if too much waits, and then the work is not done. */
  run<T>(name: string, work: () => Promise<T>): Promise<T> | undefined {
    const { atOnce, waiting, waitingOfOne } = this.#options;
    if (this.#underWay < atOnce) return this.#start(work);
    const own = this.#waiting.get(name) ?? [];
    if (this.#waitingCount >= waiting || own.length >= waitingOfOne) return undefined;
    this.#waiting.set(name, own);
    this.#waitingCount += 1;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    own.push(() => void this.#start(work).then(resolve, reject));
    return promise;
  }

  #start<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    return work().finally(() => {
      this.#underWay -= 1;
      this.#next();
    });
  }

  #next(): void {
    for (const [name, own] of this.#waiting) {
      const start = own.shift();
      this.#waiting.delete(name);
      if (own.length > 0) this.#waiting.set(name, own);
      if (start === undefined) continue;
      this.#waitingCount -= 1;
      start();
      return;
    }
  }
}
