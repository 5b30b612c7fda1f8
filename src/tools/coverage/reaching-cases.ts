/** Names of cases that are kept for one part of a policy. */
const MOST_KEPT = 100;

/** The cases that reached a part of a policy. */
export class ReachingCases {
  readonly #names = new Set<string>();
  #more = 0;
  #last = '';

  add(name: string): void {
    if (name === this.#last) return;
    this.#last = name;
    if (this.#names.has(name)) return;
    if (this.#names.size < MOST_KEPT) this.#names.add(name);
    else this.#more += 1;
  }

  addAll(other: ReachingCases): void {
    for (const name of other.#names) this.add(name);
    this.#more += other.#more;
  }

  /** Names of the first cases, in the order in which they ran. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Number of cases. */
  get count(): number {
    return this.#names.size + this.#more;
  }

  /** The first names and the number of the others: `a, b and 3 more`; empty if there is no case. */
  shown(most: number): string {
    const names = this.names.slice(0, most);
    const more = this.count - names.length;
    return `${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  }
}
