import type { BodySchema } from './body-schema.ts';
import { type SchemaProblem, SchemaProblems, type SchemaWarning } from './problem.ts';
import { SCHEMA_BOUNDS } from './schema-bounds.ts';
import { type SchemaDocuments, SchemaSet } from './schema-set.ts';

/** A schema that can be compiled, or its problems. */
export interface CompiledJsonSchema {
  /** Undefined if there are problems, or if a reader has reported some. */
  readonly schema: BodySchema | undefined;
  readonly problems: readonly SchemaProblem[];
  readonly warnings: readonly SchemaWarning[];
}

export interface SchemaSources extends SchemaDocuments {
  /** The URI of a document, with the JSON pointer of a schema in it as fragment; without one, the whole document. */
  readonly entry: string;
  /** Bytes; passed on to the reader of bodies. */
  readonly maxBytes?: number | undefined;
}

/**
 * Compiles a JSON Schema of any dialect with the documents that it refers to. Unknown keywords and formats are
 * warnings; formats are assertions; `pattern` is RE2. Nothing is fetched.
 */
export function compileJsonSchema({ entry, maxBytes, ...sources }: SchemaSources): CompiledJsonSchema {
  const found = new SchemaProblems();
  const schema = new SchemaSet(sources, found, SCHEMA_BOUNDS).compile(entry, maxBytes);
  const { problems, warnings } = found;
  return { schema, problems, warnings };
}
