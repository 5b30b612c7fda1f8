import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';

/** A member of an object; undefined if there is none, or if the value is not an object. */
export function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as text; empty if it is neither text nor a number nor a bool. */
export function textOf(value: JsonValue | undefined): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** The texts of a list; none if it is not a list. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  return listOf(value)
    .map(textOf)
    .filter((text) => text !== '');
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** The members of an object; none if it is not an object. */
export function entriesOf(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return isObject(value) ? Object.entries(value) : [];
}

/** Names of the members that are not among the known ones. */
export function unknownMembers(value: JsonValue | undefined, known: readonly string[]): readonly string[] {
  return entriesOf(value)
    .map(([name]) => name)
    .filter((name) => !known.includes(name));
}

/** A text as a DNS label, which names of documents and rules are. */
export function labelOf(text: string, fallback: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return label === '' ? fallback : label;
}
