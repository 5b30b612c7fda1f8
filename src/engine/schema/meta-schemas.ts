import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from '../request/attributes.ts';

/** The schemas of schemas, by URI, which the library carries. Made by the first need of one, which most folders have not. */
let known: ReadonlyMap<string, JsonValue> | undefined;

/** The schema of schemas at a URI, such as that of a dialect; undefined for any other URI. */
export function metaSchemaAt(uri: string): JsonValue | undefined {
  if (!/^https?:\/\/json-schema\.org\//.test(uri)) return undefined;
  known ??= new Map(
    Object.entries(new Ajv2020({ logger: false }).schemas).map(([at, each]) => [
      at,
      each?.schema as JsonValue,
    ]),
  );
  return known.get(uri);
}
