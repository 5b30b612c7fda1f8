import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';

/** The lists and objects with exact integers, by the copies that `withDoubles` made of them. */
const originals = new WeakMap<object, JsonValue>();

/** True while the value that is validated is a copy. Validations do not interleave. */
let isCopy = false;

/** Location of a value that is validated, as the library passes it to a keyword. */
export interface DataLocation {
  readonly parentData?: unknown;
  readonly parentDataProperty?: string | number;
}

/**
 * A value that the library can validate, which knows no bigint: with doubles in place of integers beyond the safe
 * range, which `exactValue` finds again. The value itself if it has none of them.
 */
export function withDoubles(value: JsonValue): JsonValue {
  isCopy = hasWideInteger(value);
  return isCopy ? copyWithDoubles(value) : value;
}

/** The value of which `data`, at its location, may be a copy with doubles. */
export function exactValue(
  data: JsonValue,
  { parentData, parentDataProperty = '' }: DataLocation = {},
): JsonValue {
  if (!isCopy) return data;
  if (typeof data === 'object' && data !== null) return originals.get(data) ?? data;
  if (typeof data !== 'number' || typeof parentData !== 'object' || parentData === null) return data;
  const parent = originals.get(parentData);
  if (isJsonList(parent)) return parent[Number(parentDataProperty)] ?? data;
  return isJsonObject(parent) ? (parent[parentDataProperty] ?? data) : data;
}

function hasWideInteger(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (isJsonList(value)) {
    for (const item of value) if (hasWideInteger(item)) return true;
    return false;
  }
  // Members of JSON are own ones; to list their values first takes thrice as long.
  for (const name in value) if (hasWideInteger(value[name] ?? null)) return true;
  return false;
}

function copyWithDoubles(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  const copy = isJsonList(value)
    ? value.map(copyWithDoubles)
    : Object.fromEntries(
        Object.entries<JsonValue>(value).map(([name, each]) => [name, copyWithDoubles(each)]),
      );
  originals.set(copy, value);
  return copy;
}
