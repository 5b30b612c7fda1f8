import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';

/** The member of a value; undefined if it is not an object, lacks the member, or has null there, as Kubernetes reads it. */
export function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
  return value[name] ?? undefined;
}

/** The objects of a list; nothing for another value. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonList(value) ? value.filter(isJsonObject) : [];
}

/** A member that is text; empty if it is not, or missing. */
export function textOf(value: JsonValue | undefined, name: string): string {
  const text = member(value, name);
  return typeof text === 'string' ? text : '';
}

/** The `name` of an object, empty if it has none. */
export function nameOf(value: JsonValue | undefined): string {
  return textOf(value, 'name');
}

export function isEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return isDeepStrictEqual(a, b);
}
