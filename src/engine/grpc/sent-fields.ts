import type { FieldShape } from './wire-shape.ts';

/** The fields that one message has had so far, of those that have one value, and the keys of its maps. */
export class SentFields {
  /** Bits of the places below 32. */
  #low = 0;
  #others: Set<number> | undefined;
  #keys: Map<FieldShape, Set<string>> | undefined;

  /** Notes a field; true if it, or another one of its oneof, was there before. Repeated fields never were. */
  isSecond({ place }: FieldShape): boolean {
    if (place === 0) return false;
    if (place < 32) {
      const before = this.#low;
      this.#low |= 1 << place;
      return before === this.#low;
    }
    this.#others ??= new Set();
    const { size } = this.#others;
    return this.#others.add(place).size === size;
  }

  /** Notes a key of a map; true if it was there before. */
  isSecondKey(map: FieldShape, key: string): boolean {
    this.#keys ??= new Map();
    const keys = this.#keys.get(map);
    if (keys === undefined) {
      this.#keys.set(map, new Set([key]));
      return false;
    }
    const { size } = keys;
    return keys.add(key).size === size;
  }
}
