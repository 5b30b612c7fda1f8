import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';

/** Keywords whose schemas apply to the same value as the schema around them. */
const IN_PLACE: ReadonlySet<string> = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
]);

/**
 * The name of a definition that refers to itself for the same value, so that a validation would never end; undefined if
 * there is none. `definitions` are those of a linked schema.
 */
export function endlessReference(definitions: ReadonlyMap<string, JsonValue>): string | undefined {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (name: string): string | undefined => {
    if (open.has(name)) return name;
    if (done.has(name)) return undefined;
    open.add(name);
    for (const next of referencesInPlace(definitions.get(name) ?? true)) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    open.delete(name);
    done.add(name);
    return undefined;
  };
  for (const name of definitions.keys()) {
    const found = visit(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* referencesInPlace(schema: JsonValue): Generator<string> {
  if (!isJsonObject(schema)) return;
  for (const [keyword, value] of Object.entries<JsonValue>(schema)) {
    if (keyword === '$ref' && typeof value === 'string') yield value.replace('#/$defs/', '');
    if (!IN_PLACE.has(keyword)) continue;
    if (isJsonList(value)) for (const each of value) yield* referencesInPlace(each);
    else if (keyword !== 'dependentSchemas') yield* referencesInPlace(value);
    else if (isJsonObject(value))
      for (const each of Object.values<JsonValue>(value)) yield* referencesInPlace(each);
  }
}
