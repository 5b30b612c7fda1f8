import { Boxed } from './boxed.ts';
import { fail } from './failure.ts';
import { isInt, Uint, Whole } from './number.ts';

/**
 * CEL map: a `Map` with normalized keys, or an object parsed from JSON. Of an object only own keys exist, so
 * `__proto__` and `constructor` are ordinary keys. Neither form is ever copied or changed.
 */
export type MapValue = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>;

/** Normalized form of all keys that are equal: `1`, `1u` and `1.0` find the same entry. */
export type NormalKey = string | boolean | number | bigint;

export function isMap(value: unknown): value is MapValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Boxed) &&
    !(value instanceof Uint8Array)
  );
}

/** The normalized form of a key; undefined if it equals no key. */
export function normalKey(key: unknown): NormalKey | undefined {
  switch (typeof key) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return key;
    case 'number':
      // A whole number beyond the safe range is a double; the int that equals it is a bigint.
      if (Number.isSafeInteger(key)) return key;
      return Number.isInteger(key) ? BigInt(key) : undefined;
    default:
      if (key instanceof Whole) return key.value;
      return key instanceof Uint ? narrow(key.value) : undefined;
  }
}

/** As `normalKey`; undefined also for an int beyond the safe range, which equals the nearest double as well. */
export function hashKey(value: unknown): NormalKey | undefined {
  const key = normalKey(value);
  return typeof key === 'bigint' ? undefined : key;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Value of an entry; undefined if there is none. */
export function lookup(map: MapValue, key: unknown): unknown {
  if (map instanceof Map) {
    const normal = typeof key === 'string' ? key : normalKey(key);
    return normal === undefined ? undefined : map.get(normal);
  }
  if (typeof key !== 'string' || !Object.hasOwn(map, key)) return undefined;
  return (map as Readonly<Record<string, unknown>>)[key];
}

export function sizeOfMap(map: MapValue): number {
  return map instanceof Map ? map.size : namesOf(map).length;
}

/** Number of keys from which listing them is slow. The list is cached, since maps never change. */
const MANY = 16;
const cachedNames = new WeakMap<MapValue, readonly string[]>();

function namesOf(map: MapValue): readonly string[] {
  const cached = cachedNames.get(map);
  if (cached !== undefined) return cached;
  const names = Object.keys(map);
  if (names.length >= MANY) cachedNames.set(map, names);
  return names;
}

/** Keys in order, with the types that the expression gave them. */
export function keysOf(map: MapValue): readonly unknown[] {
  if (!(map instanceof Map)) return namesOf(map);
  const keys: unknown[] = [...map.keys()];
  if (!(map instanceof MapWithUints)) return keys;
  return keys.map((key) => (map.uints.has(key) ? new Uint(BigInt(key as number | bigint)) : key));
}

/** Map created by an expression. */
export class MapWithUints extends Map<unknown, unknown> {
  /** Normalized keys that are uints. */
  readonly uints = new Set<unknown>();
}

/** Builder of a map, entry by entry. */
export class MapBuilder {
  #map: Map<unknown, unknown> = new Map();

  /** Adds an entry. Fails if the key is not of a key type, or exists already. */
  add(key: unknown, value: unknown): void {
    const isKey = typeof key === 'string' || typeof key === 'boolean' || isInt(key) || key instanceof Uint;
    if (!isKey) fail('bad_key');
    const normal = normalKey(key);
    if (this.#map.has(normal)) fail('duplicate_key');
    if (key instanceof Uint) this.#withUints().uints.add(normal);
    this.#map.set(normal, value);
  }

  build(): MapValue {
    return this.#map;
  }

  #withUints(): MapWithUints {
    if (this.#map instanceof MapWithUints) return this.#map;
    const map = new MapWithUints(this.#map);
    this.#map = map;
    return map;
  }
}
