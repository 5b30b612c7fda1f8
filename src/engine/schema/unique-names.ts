/** Gives out names, each once: one that is taken gets a number. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** The last number after a name. */
  readonly #numbers = new Map<string, number>();

  /** The name, or the name with the next number. */
  take(wanted: string): string {
    let name = wanted;
    for (let number = this.#numbers.get(wanted) ?? 1; this.#taken.has(name); name = `${wanted}-${number}`) {
      number += 1;
      this.#numbers.set(wanted, number);
    }
    this.#taken.add(name);
    return name;
  }
}
