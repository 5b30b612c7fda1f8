import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList } from '../request/json-value.ts';

/** A schema of OpenAPI 3.0, converted apart from `nullable` and exclusive bounds, as one of JSON Schema 2020-12. */
export function asType2020(schema: JsonObject, written: JsonObject): JsonValue {
  const bounded = withBounds(schema);
  return written['nullable'] === true ? orNull(bounded) : bounded;
}

/** `exclusiveMinimum: true` makes `minimum` exclusive. */
function withBounds(schema: JsonObject): JsonObject {
  const changed: Record<string, JsonValue> = { ...schema };
  for (const [flag, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    const isExclusive = changed[flag];
    if (typeof isExclusive !== 'boolean') continue;
    delete changed[flag];
    const limit = changed[bound];
    if (!isExclusive || limit === undefined) continue;
    changed[flag] = limit;
    delete changed[bound];
  }
  return changed;
}

/**
 * `nullable` beside `type` adds the type `null`; an `enum` must then list null itself (OpenAPI 3.0.3). Without `type` it
 * has no effect by the specification, but generators write it beside `allOf` and the like for a reference that may be
 * null, which is accepted.
 */
function orNull(schema: JsonObject): JsonObject {
  const { type } = schema;
  if (typeof type === 'string') return { ...schema, type: type === 'null' ? type : [type, 'null'] };
  if (isJsonList(type)) return schema;
  const isComposed = ['allOf', 'anyOf', 'oneOf'].some((keyword) => Object.hasOwn(schema, keyword));
  return isComposed ? { anyOf: [{ type: 'null' }, schema] } : schema;
}
