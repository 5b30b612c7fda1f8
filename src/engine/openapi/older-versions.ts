import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { jsonText } from '../request/json-value.ts';

/** Fields of a Swagger 2.0 parameter that a later version has in its `schema`. */
const IN_SCHEMA: ReadonlySet<string> = new Set([
  'type',
  'format',
  'items',
  'enum',
  'default',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
]);

/** Help for a parameter without a `schema`: that of its fields, if they are written as in Swagger 2.0. */
export function schemaHelp(parameter: JsonObject): string {
  const fields = Object.entries<JsonValue>(parameter).filter(([name]) => IN_SCHEMA.has(name));
  if (parameter['type'] === undefined) return 'write one of them';
  const members = fields.map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : jsonText(value)}`,
  );
  return `write \`schema: {${members.join(', ')}}\`, as OpenAPI 3 has it`;
}

/** Help for a parameter whose `in` is not known. */
export function placeHelp(place: JsonValue | undefined): string {
  return place === 'body' || place === 'formData'
    ? 'describe the body by `requestBody` beside `parameters`, as OpenAPI 3 has it'
    : 'write `path`, `query`, `header` or `cookie`';
}
