import type { HeaderName } from './header-names.ts';
import type { DecodeText } from './messages.ts';
import { textAt, trimmedTextAt } from './wire-text.ts';

/**
 * The headers of a request as a map whose values are decoded when they are first read: most never are. Names are in
 * lower case and each is there once.
 */
export class WireHeaders implements ReadonlyMap<string, string> {
  readonly #bytes: Uint8Array;
  readonly #decode: DecodeText;
  readonly #names: readonly HeaderName[];
  /** Offsets of values that are not decoded, and those that are, in the order of the names. */
  readonly #values: (number | string)[];

  constructor(
    bytes: Uint8Array,
    names: readonly HeaderName[],
    values: (number | string)[],
    decode: DecodeText,
  ) {
    this.#bytes = bytes;
    this.#decode = decode;
    this.#names = names;
    this.#values = values;
  }

  static {
    // CEL knows a map by `instanceof Map`. None of its methods is inherited: they would not find the data of a Map.
    Object.setPrototypeOf(WireHeaders.prototype, Map.prototype);
  }

  get size(): number {
    return this.#names.length;
  }

  get(name: string): string | undefined {
    const names = this.#names;
    for (let index = 0; index < names.length; index++)
      if (names[index]?.text === name) return this.#at(index);
    return undefined;
  }

  has(name: string): boolean {
    const names = this.#names;
    for (let index = 0; index < names.length; index++) if (names[index]?.text === name) return true;
    return false;
  }

  keys(): MapIterator<string> {
    return this.#whole().keys();
  }

  values(): MapIterator<string> {
    return this.#whole().values();
  }

  entries(): MapIterator<[string, string]> {
    return this.#whole().entries();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#whole().entries();
  }

  forEach(visit: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this.#whole()) visit(value, name, this);
  }

  #whole(): ReadonlyMap<string, string> {
    return new Map(this.#names.map(({ text }, index) => [text, this.#at(index)]));
  }

  #at(index: number): string {
    const value = this.#values[index] ?? '';
    if (typeof value === 'string') return value;
    const keepsSpace = this.#names[index]?.keepsSpace === true;
    const text = (keepsSpace ? textAt : trimmedTextAt)(this.#bytes, value, this.#decode);
    this.#values[index] = text;
    return text;
  }
}
