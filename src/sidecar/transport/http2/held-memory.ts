/** A connection as the account of memory sees it. */
export interface Holder {
  /** Bytes of this connection in the account. */
  readonly held: number;
  /** Refuses the unfinished request that holds most; false if there is none. */
  refuseLargest(): boolean;
}

/** Bytes that the connections of a listener hold for their peers. */
export class HeldMemory {
  readonly #most: number;
  readonly #holders = new Set<Holder>();
  #bytes = 0;
  #isMakingRoom = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** True if more is held than permitted. */
  get isOver(): boolean {
    return this.#bytes > this.#most;
  }

  add(holder: Holder): void {
    this.#holders.add(holder);
  }

  remove(holder: Holder): void {
    this.#holders.delete(holder);
  }

  /** Counts bytes that are held, or released if negative. */
  change(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Refuses unfinished requests of the connections that hold most, until the bound is kept or none is left. */
  makeRoom(): void {
    if (this.#isMakingRoom) return;
    this.#isMakingRoom = true;
    while (this.isOver && this.#largest()?.refuseLargest() === true);
    this.#isMakingRoom = false;
  }

  #largest(): Holder | undefined {
    let largest: Holder | undefined;
    for (const holder of this.#holders) {
      if (holder.held > (largest?.held ?? 0)) largest = holder;
    }
    return largest;
  }
}
