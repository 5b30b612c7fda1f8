import type { BodySchema } from '../../engine/schema/body-schema.ts';
import { type CompiledJsonSchema, compileJsonSchema } from '../../engine/schema/json-schema.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { References } from './references.ts';
import { type SchemaFiles, schemaFiles } from './schema-files.ts';

/** Compiles the value of `jsonSchema`, and reports its mistakes and those of the files that it refers to. */
export function compileBodySchema(
  at: Cursor,
  maxBytes: number | undefined,
  references: References,
): BodySchema | undefined {
  const { tree } = at;
  if (tree.isUnfilled === true) return undefined;
  const files = schemaFiles(at, references);
  if (files === undefined) return undefined;
  const { file, value } = files.root;
  const source = file === undefined || typeof value !== 'object' ? tree : (value ?? tree);
  const compiled = compileOnce(source, files, maxBytes);
  files.report(compiled);
  return compiled.schema;
}

interface Kept {
  readonly maxBytes: number | undefined;
  readonly compiled: CompiledJsonSchema;
  readonly followed: SchemaFiles['followed'];
}

/** Compiled schemas by the object that they came from: any number of policies may use one. */
const SCHEMAS = new WeakMap<object, Kept[]>();

function compileOnce(source: object, files: SchemaFiles, maxBytes: number | undefined): CompiledJsonSchema {
  const known = SCHEMAS.get(source) ?? [];
  const kept = known.find((each) => each.maxBytes === maxBytes);
  if (kept !== undefined && files.readAgain(kept.followed)) return kept.compiled;
  const documents = new Map([[files.uri, files.root.value]]);
  const compiled = compileJsonSchema({ documents, entry: files.uri, read: files.read, maxBytes });
  const others = known.filter((each) => each.maxBytes !== maxBytes);
  SCHEMAS.set(source, [...others, { maxBytes, compiled, followed: files.followed }]);
  return compiled;
}
