/** Members and items of one value that schemas have evaluated (2020-12, section 11). Most values have none to keep. */
export class EvaluatedParts {
  /** True if every member is evaluated. */
  allMembers = false;
  /** Items at the start of a list that are evaluated. */
  firstItems = 0;
  #members: Set<string> | undefined;
  #items: Set<number> | undefined;

  addMember(name: string): void {
    this.#members ??= new Set();
    this.#members.add(name);
  }

  addItem(index: number): void {
    this.#items ??= new Set();
    this.#items.add(index);
  }

  hasMember(name: string): boolean {
    return this.allMembers || this.#members?.has(name) === true;
  }

  hasItem(index: number): boolean {
    return index < this.firstItems || this.#items?.has(index) === true;
  }

  add(other: EvaluatedParts): void {
    this.allMembers ||= other.allMembers;
    this.firstItems = Math.max(this.firstItems, other.firstItems);
    for (const name of other.#members ?? []) this.addMember(name);
    for (const index of other.#items ?? []) this.addItem(index);
  }
}
