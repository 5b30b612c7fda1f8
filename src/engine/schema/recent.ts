/** Values by text, of which the least recently used are forgotten when all together are too large. */
export class Recent<T> {
  readonly #most: number;
  readonly #entries = new Map<string, { readonly value: T; readonly size: number }>();
  #size = 0;

  /** `most`: sum of the sizes of all values. */
  constructor(most: number) {
    this.#most = most;
  }

  get(text: string): T | undefined {
    const known = this.#entries.get(text);
    if (known === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, known);
    return known.value;
  }

  /** Keeps a value, and returns it. */
  keep(text: string, value: T, size: number): T {
    this.#size += size - (this.#entries.get(text)?.size ?? 0);
    this.#entries.delete(text);
    this.#entries.set(text, { value, size });
    for (const [oldest, entry] of this.#entries) {
      if (this.#size <= this.#most) break;
      this.#entries.delete(oldest);
      this.#size -= entry.size;
    }
    return value;
  }
}
