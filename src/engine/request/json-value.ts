import type { JsonObject, JsonValue } from './attributes.ts';

/** JSON text of a value, integers beyond the safe range included, without spaces. */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isJsonList(value)) return `[${value.map(jsonText).join(',')}]`;
  return `{${Object.entries<JsonValue>(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`)
    .join(',')}}`;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Array.isArray` for JSON values, which would not narrow to a readonly array. */
export function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
