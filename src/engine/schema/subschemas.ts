import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { escapeToken } from './pointer.ts';

/** Keywords whose value is a schema, or for `items` a list of them. */
const SCHEMAS: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'contains',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contentSchema',
]);
/** Keywords whose value is a list of schemas. */
const LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
/** Keywords whose value is a mapping with schemas, and names in place of keywords. */
const MAPPINGS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
]);

/**
 * A schema with every schema in it, itself included, replaced by `change`, the outer one first. `pointer` is the JSON
 * pointer of the schema. Values of `const`, `enum` and the like are not schemas and stay.
 */
export function mapSchemas(
  schema: JsonValue,
  change: (schema: JsonObject, pointer: string) => JsonObject,
  pointer = '',
): JsonValue {
  if (!isJsonObject(schema)) return schema;
  const inner = (value: JsonValue, at: string): JsonValue => mapSchemas(value, change, at);
  const entries = Object.entries<JsonValue>(change(schema, pointer)).map(([keyword, value]) => {
    const at = `${pointer}/${escapeToken(keyword)}`;
    if (LISTS.has(keyword) && isJsonList(value)) {
      return [keyword, value.map((each, index) => inner(each, `${at}/${index}`))] as const;
    }
    if (MAPPINGS.has(keyword) && isJsonObject(value)) {
      const members = Object.entries<JsonValue>(value);
      return [
        keyword,
        Object.fromEntries(members.map(([name, each]) => [name, inner(each, `${at}/${escapeToken(name)}`)])),
      ] as const;
    }
    return [keyword, SCHEMAS.has(keyword) ? inner(value, at) : value] as const;
  });
  return Object.fromEntries(entries);
}
