/** Bytes that an entry counts beyond its name and its value (RFC 7541 section 4.1). */
export const ENTRY_OVERHEAD = 32;

/** The dynamic table of a decoder: the newest entries that fit into its bytes (RFC 7541 section 2.3.2). */
export class DynamicTable {
  /** Rings of which `#newest` is the place of the newest entry; older ones are before it. */
  readonly #names: string[];
  readonly #values: string[];
  readonly #mask: number;
  #newest = 0;
  #count = 0;
  #bytes = 0;
  #capacity: number;

  constructor(capacity: number, mostCapacity: number) {
    // A power of two with room for as many empty entries as can ever fit.
    const places = 2 ** Math.ceil(Math.log2(mostCapacity / ENTRY_OVERHEAD + 1));
    this.#names = Array.from({ length: places }, () => '');
    this.#values = Array.from({ length: places }, () => '');
    this.#mask = places - 1;
    this.#capacity = capacity;
  }

  /** Number of entries. */
  get count(): number {
    return this.#count;
  }

  /** Name of the entry, 0 for the newest; below `count`. */
  name(age: number): string {
    return this.#names[(this.#newest - age) & this.#mask] ?? '';
  }

  value(age: number): string {
    return this.#values[(this.#newest - age) & this.#mask] ?? '';
  }

  /** Adds an entry and evicts the oldest ones to make room. One that is larger than the table empties it. */
  add(name: string, value: string): void {
    const bytes = name.length + value.length + ENTRY_OVERHEAD;
    this.#shrink(this.#capacity - bytes);
    if (bytes > this.#capacity) return;
    this.#newest = (this.#newest + 1) & this.#mask;
    this.#names[this.#newest] = name;
    this.#values[this.#newest] = value;
    this.#count += 1;
    this.#bytes += bytes;
  }

  /** Sets the bytes of the table, and evicts the entries that no longer fit. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#shrink(capacity);
  }

  /** Evicts the oldest entries until the others have at most `bytes` bytes. */
  #shrink(bytes: number): void {
    while (this.#bytes > bytes && this.#count > 0) {
      this.#count -= 1;
      const oldest = (this.#newest - this.#count) & this.#mask;
      const [name = '', value = ''] = [this.#names[oldest], this.#values[oldest]];
      this.#bytes -= name.length + value.length + ENTRY_OVERHEAD;
      this.#names[oldest] = '';
      this.#values[oldest] = '';
    }
  }
}
