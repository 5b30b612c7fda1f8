import type { Ajv2020 } from 'ajv/dist/2020.js';
import { named } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, jsonText } from '../request/json-value.ts';
import { exactValue } from './wide-integers.ts';

/** Replaces `uniqueItems`, which compares every item with every other, by a near-linear one. */
export function addUniqueItems(ajv: Ajv2020): void {
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: isFulfilled,
    errors: false,
  });
}

const isFulfilled = named(
  'schema.uniqueItems',
  (unique: boolean, items: readonly JsonValue[]) => !unique || hasUniqueItems(exactItems(items)),
);

function exactItems(items: readonly JsonValue[]): readonly JsonValue[] {
  const exact = exactValue(items, {});
  return isJsonList(exact) ? exact : items;
}

/** True if no two items are equal. */
export function hasUniqueItems(items: readonly JsonValue[]): boolean {
  const isPlain = items.every((item) => typeof item !== 'object' || item === null);
  // A set compares plain values as JSON Schema does, 0 and -0 included.
  return new Set(isPlain ? items : items.map(canonicalText)).size === items.length;
}

/** The same text for values that are equal in JSON Schema: the order of members is ignored, 1.0 is 1, -0 is 0. */
function canonicalText(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return jsonText(value);
  if (isJsonList(value)) return `[${value.map(canonicalText).join(',')}]`;
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
