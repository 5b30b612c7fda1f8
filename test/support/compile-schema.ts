import type { JsonValue } from '../../src/engine/request/attributes.ts';
import { type CompiledJsonSchema, compileJsonSchema } from '../../src/engine/schema/json-schema.ts';

/** A schema that is a document of its own, compiled. */
export function compileSchema(value: JsonValue, maxBytes?: number): CompiledJsonSchema {
  const uri = 'file:///schema.json';
  return compileJsonSchema({ documents: new Map([[uri, value]]), entry: uri, maxBytes });
}
