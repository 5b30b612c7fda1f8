import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The member of a value; undefined if it is not an object, lacks the member, or has null there, as Kubernetes reads it. */
export function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
  return value[name] ?? undefined;
}

/** The objects of a list; nothing for another value. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isList(value) ? value.filter(isObject) : [];
}

/** The `name` of an object, empty if it has none. */
export function nameOf(value: JsonValue | undefined): string {
  const name = member(value, 'name');
  return typeof name === 'string' ? name : '';
}

export function isEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return isDeepStrictEqual(a, b);
}
