import { Boxed } from './boxed.ts';
import { fail } from './failure.ts';
import { isInt, Uint, Whole } from './number.ts';

/**
 * A map: a `Map` by normal keys, or an object out of JSON, of which only own keys exist, so that `__proto__` and
 * `constructor` are keys like any other. Neither is ever copied or changed.
 */
export type MapValue = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>;

/** The one form of all keys that are equal: `1`, `1u` and `1.0` find the same entry. */
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

/** Undefined for what equals no key. */
export function normalKey(key: unknown): NormalKey | undefined {
  switch (typeof key) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return key;
    case 'number':
      // Whole numbers beyond the safe ones are doubles, and equal to the int that is a bigint.
      if (Number.isSafeInteger(key)) return key;
      return Number.isInteger(key) ? BigInt(key) : undefined;
    default:
      if (key instanceof Whole) return key.value;
      return key instanceof Uint ? narrow(key.value) : undefined;
  }
}

/** As `normalKey`; undefined also for an int that is no number, which is equal to the nearest double, too. */
export function hashKey(value: unknown): NormalKey | undefined {
  const key = normalKey(value);
  return typeof key === 'bigint' ? undefined : key;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The value of the entry; undefined when there is none. */
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

/** Objects of which listing the keys takes time; each is asked for them once, since it never changes. */
const MANY = 16;
const known = new WeakMap<MapValue, readonly string[]>();

function namesOf(map: MapValue): readonly string[] {
  const before = known.get(map);
  if (before !== undefined) return before;
  const names = Object.keys(map);
  if (names.length >= MANY) known.set(map, names);
  return names;
}

/** The keys as the expression made them, in their order. */
export function keysOf(map: MapValue): readonly unknown[] {
  if (!(map instanceof Map)) return namesOf(map);
  const keys: unknown[] = [...map.keys()];
  if (!(map instanceof MapWithUints)) return keys;
  return keys.map((key) => (map.uints.has(key) ? new Uint(BigInt(key as number | bigint)) : key));
}

/** A map that an expression makes. */
export class MapWithUints extends Map<unknown, unknown> {
  /** Which of its normal keys are uints. */
  readonly uints = new Set<unknown>();
}

/** Makes a map entry by entry. */
export class MapBuilder {
  #map: Map<unknown, unknown> = new Map();

  /** Fails on a key of another type than keys have, and on one that is there. */
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
