import type { AnySchema, ErrorObject, Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonObject } from '../request/json-value.ts';
import type { BodySchema } from './body-schema.ts';
import { asDraft2020, type SchemaProblem, withoutAnnotations } from './dialects.ts';
import { addExactNumbers } from './exact-keywords.ts';
import { addFormats } from './formats.ts';
import { inheritedNames } from './inherited-names.ts';
import { list, loadSchema, lower } from './load-schema.ts';
import { linearRegExp, type PatternError } from './pattern.ts';
import { isPlainSchema } from './plain-schema.ts';
import { findMember, pointerOf } from './pointer.ts';
import { countValues } from './reference-budget.ts';
import { countReferences } from './references.ts';
import { exceededBound } from './schema-size.ts';
import { addUniqueItems } from './unique-items.ts';
import { type CompiledPart, noteRecipes } from './validator-recipes.ts';
import { withDoubles } from './wide-integers.ts';

export type CompiledJsonSchema =
  | { readonly schema: BodySchema; readonly problems?: undefined }
  | { readonly problems: readonly SchemaProblem[]; readonly schema?: undefined };

/** Maximum number of problems reported for one schema. */
const MAX_PROBLEMS = 20;

/**
 * Compiles a JSON Schema, 2020-12, or draft-07 if it means the same. Strict: an unknown keyword or format, a keyword
 * without its `type`, and a `$ref` out of the document are problems. `pattern` is RE2. `maxBytes` is passed on to the
 * reader of bodies.
 */
export function compileJsonSchema(
  written: JsonValue,
  options: { readonly maxBytes: number | undefined },
): CompiledJsonSchema {
  if (typeof written !== 'boolean' && !isJsonObject(written)) {
    return { problems: [{ pointer: '', message: 'a JSON Schema must be an object or a boolean' }] };
  }
  const exceeded = exceededBound(written);
  if (exceeded !== undefined) return { problems: [exceeded] };
  const promised = findMember(written, '$async', () => true);
  if (promised !== undefined)
    return { problems: [{ pointer: promised, message: '`$async` is not a keyword of JSON Schema' }] };
  const draft = asDraft2020(written);
  if (draft.problems !== undefined) return { problems: draft.problems.slice(0, MAX_PROBLEMS) };
  const schema = withoutAnnotations(draft.schema) as AnySchema & JsonValue;
  try {
    const errors = isPlainSchema(schema) ? [] : schemaErrors(withDoubles(schema));
    if (errors.length > 0) return { problems: metaProblems(errors) };
    const sources = new Map<CompiledPart, string>();
    const compiler = newCompiler(sources);
    const budget = countReferences(compiler);
    const validate = compiler.compile<JsonValue>(schema);
    noteRecipes(sources, compiler.scope.get());
    return { schema: loadSchema(options.maxBytes, validate, budget, inheritedNames(schema)) };
  } catch (error) {
    return { problems: [compileProblem(schema, error)] };
  }
}

const OPTIONS = {
  strict: true,
  strictTypes: true,
  allowUnionTypes: true,
  strictTuples: false,
  strictRequired: false,
  // Otherwise `constructor` would count as a member of every object.
  ownProperties: true,
  allErrors: false,
  logger: false,
  addUsedSchema: false,
  // Otherwise a definition would be copied to each place that refers to it.
  inlineRefs: false,
  code: { regExp: linearRegExp },
} as const satisfies Options;

/** Validate schemas: to the first error, and to the last. Shared, since each takes milliseconds to compile. */
const dialects = new Map<boolean, Ajv2020>();

/** The first error, and all others if the schema is small: the library copies all earlier ones for each. */
function schemaErrors(schema: JsonValue): readonly ErrorObject[] {
  const first = errorsOf(schema, false);
  return first.length === 0 || countValues(schema) > MAX_LISTED ? first : errorsOf(schema, true);
}

/** Values of a schema of which all errors are listed. */
const MAX_LISTED = 1_000;

function errorsOf(schema: JsonValue, allErrors: boolean): readonly ErrorObject[] {
  const dialect = dialects.get(allErrors) ?? new Ajv2020({ ...OPTIONS, allErrors });
  dialects.set(allErrors, dialect);
  return dialect.validateSchema(schema as AnySchema) === true ? [] : (dialect.errors ?? []);
}

/** A compiler for one schema, so that nothing of the schema outlives it. */
function newCompiler(sources: Map<CompiledPart, string>): Ajv2020 {
  const process = (source: string, part?: CompiledPart): string => {
    if (part !== undefined) sources.set(part, source);
    return source;
  };
  const code = { ...OPTIONS.code, process };
  const ajv = new Ajv2020({ ...OPTIONS, code, meta: false, validateSchema: false });
  addFormats(ajv);
  addUniqueItems(ajv);
  addExactNumbers(ajv);
  return ajv;
}

function metaProblems(errors: readonly ErrorObject[]): readonly SchemaProblem[] {
  const byPointer = new Map<string, SchemaProblem>();
  for (const error of errors) {
    if (byPointer.size === MAX_PROBLEMS) break;
    if (byPointer.has(error.instancePath)) continue;
    const allowed = error.keyword === 'enum' ? `: ${list(error.params['allowedValues'])}` : '';
    const message = `\`${error.instancePath || '/'}\` ${lower(error.message ?? 'is invalid')}${allowed}`;
    byPointer.set(error.instancePath, { pointer: error.instancePath, message });
  }
  return [...byPointer.values()];
}

/** The location of an error of the compiler is only in its text, if anywhere. */
function compileProblem(schema: unknown, error: unknown): SchemaProblem {
  // The compilation of references and of nested code is recursive, and the stack is finite.
  if (error instanceof RangeError) {
    return { pointer: '', message: 'the schema nests, or refers from part to part, too many times' };
  }
  const text = error instanceof Error ? error.message : String(error);
  const reference = (error as { readonly missingRef?: unknown }).missingRef;
  if (typeof reference === 'string') {
    const pointer = findMember(schema, '$ref', (value) => refersTo(value, reference)) ?? '';
    return {
      pointer,
      message: `\`$ref\` to \`${reference}\` has no target in this document; other documents are never fetched`,
    };
  }
  const pattern = (error as Partial<PatternError>).pattern;
  if (pattern !== undefined) {
    const pointer =
      findMember(schema, 'pattern', (value) => value === pattern) ?? findMember(schema, pattern) ?? '';
    return { pointer, message: `the pattern \`${pattern}\` is not a valid RE2 pattern: ${lower(text)}` };
  }
  const keyword = /unknown keyword: "(.*?)"$/.exec(text)?.[1];
  if (keyword !== undefined) {
    return { pointer: findMember(schema, keyword) ?? '', message: `unknown keyword \`${keyword}\`` };
  }
  const location = / (?:ignored in schema )?at (?:path )?"(#.*?)"/.exec(text);
  const message = text
    .slice(0, location?.index ?? text.length)
    .replace(/^strict mode: /, '')
    .replaceAll('"', '`');
  return { pointer: location?.[1] === undefined ? '' : pointerOf(location[1]), message: lower(message) };
}

function refersTo(value: unknown, reference: string): boolean {
  return typeof value === 'string' && (value === reference || reference.endsWith(value));
}
