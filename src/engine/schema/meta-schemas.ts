import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import draft04 from 'ajv-draft-04/dist/refs/json-schema-draft-04.json' with { type: 'json' };
import type { JsonValue } from '../request/attributes.ts';

/** By URI; made by the first reference to one, which few folders have. */
let known: ReadonlyMap<string, JsonValue> | undefined;

/** The schema of the schemas of a dialect at its URI; undefined for any other URI. */
export function metaSchemaAt(uri: string): JsonValue | undefined {
  if (!/^https?:\/\/json-schema\.org\//.test(uri)) return undefined;
  known ??= allMetaSchemas();
  return known.get(uri);
}

function allMetaSchemas(): ReadonlyMap<string, JsonValue> {
  const libraries = [
    new Ajv2020({ logger: false }),
    new Ajv2019({ logger: false }),
    new Ajv({ logger: false }),
  ];
  const carried = libraries.flatMap(({ schemas }) =>
    Object.entries(schemas).map(([uri, each]) => [uri, each?.schema as JsonValue] as const),
  );
  return new Map([
    ...carried,
    ['http://json-schema.org/draft-06/schema', draft06 as JsonValue],
    ['http://json-schema.org/draft-04/schema', draft04 as JsonValue],
  ]);
}
