/** Members and items of one value that schemas have evaluated (2020-12, section 11). */
export class EvaluatedParts {
  /** True if every member is evaluated. */
  allMembers = false;
  readonly members = new Set<string>();
  /** Items at the start of a list that are evaluated. */
  firstItems = 0;
  readonly items = new Set<number>();

  hasMember(name: string): boolean {
    return this.allMembers || this.members.has(name);
  }

  hasItem(index: number): boolean {
    return index < this.firstItems || this.items.has(index);
  }

  add(other: EvaluatedParts): void {
    this.allMembers ||= other.allMembers;
    for (const name of other.members) this.members.add(name);
    this.firstItems = Math.max(this.firstItems, other.firstItems);
    for (const index of other.items) this.items.add(index);
  }
}
