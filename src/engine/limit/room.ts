/** Slots for each key that the room is for: a segment is split when three quarters are in use, into two of three eighths. */
const SLOTS_PER_KEY = 2.75;
/** Slots that each table may have, however many there are. */
const LEAST_SHARE = 64;

/** Segments of each table that are swept at once, which takes some microseconds. */
const MOST_SWEEPS = 4;

/** A table as the room sees it. */
interface Occupant {
  readonly slots: number;
  /** Frees a part of the slots that it does not need. */
  sweep(): void;
}

/**
 * Memory for the buckets of all limits. One half is divided among the limits, so that each has a share that no other can
 * take; the other half goes to those that need more, in the order in which they ask.
 */
export class Room {
  readonly #half: number;
  readonly #occupants: () => Iterable<Occupant>;
  #limits = 1;

  /** `keys`: for about as many. */
  constructor(keys: number, occupants: () => Iterable<Occupant>) {
    this.#half = (keys * SLOTS_PER_KEY) / 2;
    this.#occupants = occupants;
  }

  /** Divides one half among so many limits. */
  divide(limits: number): void {
    this.#limits = Math.max(1, limits);
  }

  /** Slots of one limit that no other can take. */
  get share(): number {
    return Math.max(LEAST_SHARE, this.#half / this.#limits);
  }

  /** True if a table may have so many slots. Tables that have more than their share are swept if there is no room. */
  allows(table: Occupant, slots: number): boolean {
    const { share } = this;
    if (slots <= share) return true;
    const left = this.#half - (slots - share);
    for (let sweeps = 0; sweeps < MOST_SWEEPS; sweeps++) {
      let common = 0;
      for (const other of this.#occupants()) if (other !== table) common += Math.max(0, other.slots - share);
      if (common <= left) return true;
      for (const other of this.#occupants()) if (other !== table && other.slots > share) other.sweep();
    }
    return false;
  }
}
