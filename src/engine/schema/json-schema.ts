import type { AnySchema, Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { RegExpEngine } from 'ajv/dist/types/index.js';
import { sameAs } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import type { BodySchema } from './body-schema.ts';
import { DEFAULT_DIALECT, type DialectName, dialectNamed } from './dialects.ts';
import type { Rules } from './evaluation.ts';
import { addExactNumbers } from './exact-keywords.ts';
import { addFormats } from './formats.ts';
import { linkSchema } from './link.ts';
import { loadSchema } from './load-schema.ts';
import { linearRegExp } from './pattern.ts';
import { type SchemaProblem, SchemaProblems, type SchemaWarning } from './problem.ts';
import type { ReferenceBudget } from './reference-budget.ts';
import { countReferences } from './references.ts';
import { type ReadReference, SchemaLibrary } from './schema-library.ts';
import { addUnevaluated } from './unevaluated.ts';
import { addUniqueItems } from './unique-items.ts';
import { type CompiledPart, noteRecipes } from './validator-recipes.ts';

/** A schema that can be compiled, or its problems. */
export interface CompiledJsonSchema {
  /** Undefined if there are problems, or if a reader has reported some. */
  readonly schema: BodySchema | undefined;
  readonly problems: readonly SchemaProblem[];
  readonly warnings: readonly SchemaWarning[];
}

export interface SchemaSources {
  /** Documents by URI, without fragment. */
  readonly documents: ReadonlyMap<string, JsonValue>;
  /** The URI of a document, with the JSON pointer of a schema in it as fragment; without one, the whole document. */
  readonly entry: string;
  /** Reads a document that is not among these when a reference names it; default: such a reference is a problem. */
  readonly read?: ReadReference | undefined;
  /** Dialect of documents without `$schema`; default: 2020-12. */
  readonly dialect?: DialectName | undefined;
  /** Bytes; passed on to the reader of bodies. */
  readonly maxBytes?: number | undefined;
}

/**
 * Compiles a JSON Schema of any dialect with the documents that it refers to. Unknown keywords and formats are
 * warnings; formats are assertions; `pattern` is RE2. Nothing is fetched.
 */
export function compileJsonSchema(sources: SchemaSources): CompiledJsonSchema {
  const found = new SchemaProblems();
  const { documents, entry, read, dialect = DEFAULT_DIALECT, maxBytes } = sources;
  const library = new SchemaLibrary(documents, read, dialectNamed(dialect), found);
  const place = library.entry(entry);
  if (place === undefined) found.add(entry, '', 'there is no schema at this place');
  const rules = place === undefined || found.hasProblems ? undefined : linkSchema(place, library, found);
  const { problems, warnings } = found;
  if (found.hasProblems || rules === undefined || place === undefined)
    return { schema: undefined, problems, warnings };
  try {
    return { schema: compileRules(rules, maxBytes), problems, warnings };
  } catch (error) {
    // The compilation of references and of nested code is recursive, and the stack is finite.
    if (!(error instanceof RangeError)) throw error;
    found.add(
      place.document.uri,
      place.pointer,
      'the schema nests, or refers from part to part, too many times',
    );
    return { schema: undefined, problems, warnings };
  }
}

const OPTIONS = {
  // The linked schema has no keyword that the library does not know.
  strict: false,
  // Otherwise `constructor` would count as a member of every object.
  ownProperties: true,
  allErrors: false,
  logger: false,
  // Another evaluation explains a denial.
  messages: false,
  addUsedSchema: false,
  // Otherwise a definition would be copied to each place that refers to it.
  inlineRefs: false,
  meta: false,
  validateSchema: false,
  // Another keyword does that.
  unevaluated: false,
} as const satisfies Options;

function compileRules(rules: Rules, maxBytes: number | undefined): BodySchema {
  const sources = new Map<CompiledPart, string>();
  const budget: ReferenceBudget = { left: 0 };
  const compiler = newCompiler(rules, budget, sources);
  const validate = compiler.compile<JsonValue>(rules.schema as AnySchema);
  noteRecipes(sources, compiler.scope.get());
  return loadSchema(maxBytes, validate, budget, rules);
}

/** A compiler for one schema, so that nothing of the schema outlives it. */
function newCompiler(rules: Rules, budget: ReferenceBudget, sources: Map<CompiledPart, string>): Ajv2020 {
  const process = (source: string, part?: CompiledPart): string => {
    if (part !== undefined) sources.set(part, source);
    return source;
  };
  const ajv = new Ajv2020({ ...OPTIONS, code: { regExp: knownPatterns(rules), process } });
  addFormats(ajv);
  addUniqueItems(ajv);
  addExactNumbers(ajv);
  addUnevaluated(ajv, rules, budget);
  countReferences(ajv, budget);
  return ajv;
}

/** Patterns that are compiled already. */
function knownPatterns({ patterns }: Rules): RegExpEngine {
  const find = (pattern: string): ReturnType<RegExpEngine> =>
    patterns.get(pattern) ?? linearRegExp(pattern, 'u');
  return sameAs(Object.assign(find, { code: linearRegExp.code }), linearRegExp);
}
