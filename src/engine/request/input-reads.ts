/** Read of an attribute of a request by a policy. */
export interface InputRead {
  /** Name of `NAMES`, such as `request.scheme` or `jwt.claims`. */
  readonly name: string;
  /** Keys of a map that are read. */
  readonly keys: readonly string[];
  /** True for a value that is not a map, and for a map of which keys are read that only a request tells. */
  readonly isWhole: boolean;
}

/** Attributes that a policy can read, each name once. */
export type InputReads = readonly InputRead[];

/** Collects reads by name. */
export class CollectedReads {
  readonly #reads = new Map<string, { readonly keys: Set<string>; isWhole: boolean }>();

  addWhole(name: string): void {
    this.#of(name).isWhole = true;
  }

  addKeys(name: string, keys: Iterable<string>): void {
    const { keys: known } = this.#of(name);
    for (const key of keys) known.add(key);
  }

  addAll(reads: InputReads): void {
    for (const { name, keys, isWhole } of reads) {
      this.addKeys(name, keys);
      if (isWhole) this.addWhole(name);
    }
  }

  reads(): InputReads {
    return Array.from(this.#reads, ([name, { keys, isWhole }]) => ({ name, keys: [...keys], isWhole }));
  }

  #of(name: string): { readonly keys: Set<string>; isWhole: boolean } {
    const known = this.#reads.get(name);
    if (known !== undefined) return known;
    const read = { keys: new Set<string>(), isWhole: false };
    this.#reads.set(name, read);
    return read;
  }
}
