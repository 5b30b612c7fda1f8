import type { JsonValue } from '../../engine/request/attributes.ts';

/** Most groups that are counted one by one. */
const MAX_GROUPS = 1_000_000;

export interface RecordCount {
  readonly values: readonly (JsonValue | undefined)[];
  count: number;
}

/** Counts of records by the values of some fields. */
export class RecordCounts {
  readonly #groups = new Map<string, RecordCount>();
  /** Records of groups for which there was no room. */
  others = 0;

  add(values: readonly (JsonValue | undefined)[]): void {
    const key = JSON.stringify(values);
    const group = this.#groups.get(key);
    if (group !== undefined) group.count += 1;
    else if (this.#groups.size < MAX_GROUPS) this.#groups.set(key, { values, count: 1 });
    else this.others += 1;
  }

  /** The largest first; equal ones by their values. */
  sorted(): readonly RecordCount[] {
    return [...this.#groups.entries()]
      .toSorted(([key, one], [otherKey, other]) => other.count - one.count || (key < otherKey ? -1 : 1))
      .map(([, group]) => group);
  }
}
