import { isJsonObject } from '../../engine/request/json-value.ts';
import type { BodySchema } from '../../engine/schema/body-schema.ts';
import { type CompiledJsonSchema, compileJsonSchema } from '../../engine/schema/json-schema.ts';
import { report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { References } from './references.ts';
import { contentOf, type SchemaFiles, schemaFiles } from './schema-files.ts';

/** Compiles the value of `jsonSchema`, and reports its mistakes and those of the files that it refers to. */
export function compileBodySchema(
  at: Cursor,
  maxBytes: number | undefined,
  references: References,
): BodySchema | undefined {
  if (at.tree.isUnfilled === true) return undefined;
  const files = schemaFiles(at, references);
  if (files === undefined) return undefined;
  const { value } = files.root;
  if (isJsonObject(value) && typeof value['openapi'] === 'string') {
    // As a JSON Schema, it would accept every body: all of its keywords are unknown.
    const file = at.tree.kind === 'scalar' ? String(at.tree.value) : 'FILE';
    const help = `write \`openapi: ${file}\` instead of \`body\`, or name one of its schemas: \`jsonSchema: {$ref: "${file}#/components/schemas/NAME"}\``;
    return report(at, 'invalid_schema', 'this is an OpenAPI document, not a JSON Schema', help);
  }
  const compiled = compileOnce(files, maxBytes);
  files.report(compiled);
  return compiled.schema;
}

interface Kept {
  readonly compiled: CompiledJsonSchema;
  readonly followed: SchemaFiles['followed'];
  /** Characters of the schema and of the files that it refers to. */
  readonly size: number;
}

/** Most compiled schemas that are kept, and most characters of them. */
const MOST_KEPT = 256;
const MOST_CHARACTERS = 8_388_608;

/**
 * Compiled schemas by their document and its content, the least recently used first: any number of policies use one,
 * also those of a later load of the folder. Compiling takes some milliseconds for each, and all of their code again.
 */
const kept = new Map<string, Kept>();

function compileOnce(files: SchemaFiles, maxBytes: number | undefined): CompiledJsonSchema {
  const key = `${files.uri} ${maxBytes} ${contentOf(files.root.value)}`;
  const known = kept.get(key);
  kept.delete(key);
  if (known !== undefined && files.readAgain(known.followed)) {
    kept.set(key, known);
    return known.compiled;
  }
  const documents = new Map([[files.uri, files.root.value]]);
  const compiled = compileJsonSchema({ documents, entry: files.uri, read: files.read, maxBytes });
  const { followed } = files;
  // Reports of a reader must be made again.
  if (followed.some(({ text }) => text === undefined)) return compiled;
  kept.set(key, {
    compiled,
    followed,
    size: key.length + followed.reduce((sum, { text }) => sum + (text?.length ?? 0), 0),
  });
  forgetOldest();
  return compiled;
}

function forgetOldest(): void {
  let size = kept.values().reduce((sum, each) => sum + each.size, 0);
  for (const [key, each] of kept) {
    if (kept.size <= MOST_KEPT && size <= MOST_CHARACTERS) return;
    kept.delete(key);
    size -= each.size;
  }
}
