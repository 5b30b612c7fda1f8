import type { JsonValue } from '../request/attributes.ts';
import { isJsonObject, jsonText } from '../request/json-value.ts';
import { type CompiledJsonSchema, compileJsonSchema } from '../schema/json-schema.ts';
import { type ConverterOptions, type Definition, SchemaConverter } from './convert-schema.ts';
import type { Documents, Part } from './documents.ts';
import type { ValueCheck } from './parameter.ts';
import type { Place } from './problem.ts';
import { ShapeFinder } from './shape-of.ts';
import { valueCheck } from './value-check.ts';
import type { ValueShape } from './value-shape.ts';

/** A schema of a document, compiled. */
export interface CompiledValue {
  /** Undefined: every value fits. */
  readonly check: ValueCheck | undefined;
  readonly shape: ValueShape;
  /** As converted. */
  readonly schema: JsonValue;
}

/** Most different schemas of a document, and most characters of them together. */
const MAX_SCHEMAS = 5_000;
const MAX_CHARACTERS = 16_000_000;

/** Compiles the schemas of a document, each different one once. */
export class SchemaCompiler {
  readonly #documents: Documents;
  readonly #converter: SchemaConverter;
  readonly #compiled = new Map<string, CompiledValue>();
  #characters = 0;

  constructor(documents: Documents, options: ConverterOptions) {
    this.#documents = documents;
    this.#converter = new SchemaConverter(documents, options);
  }

  /** Undefined after a reported mistake. */
  compile(part: Part): CompiledValue | undefined {
    const before = this.#documents.problems.all.length;
    const definition = this.#converter.convert(part);
    if (this.#documents.problems.all.length > before || definition.schema === undefined) return undefined;
    const bundle = this.#bundle(definition);
    const text = jsonText(bundle);
    const known = this.#compiled.get(text);
    if (known !== undefined) return known;
    this.#characters += text.length;
    if (this.#compiled.size >= MAX_SCHEMAS || this.#characters > MAX_CHARACTERS) {
      const help = 'split the document, and name the parts in policies with a `match` of their own';
      return this.#documents.problems.add(part, 'the schemas of the document are too large together', help);
    }
    const compiled = this.#compileBundle(text, bundle, definition);
    if (compiled !== undefined) this.#compiled.set(text, compiled);
    return compiled;
  }

  #compileBundle(text: string, bundle: JsonValue, definition: Definition): CompiledValue | undefined {
    const finder = new ShapeFinder((name) => this.#converter.definitions.get(name)?.schema);
    const shape = finder.shapeOf(definition.schema ?? true);
    if (isUnlimited(bundle)) return { check: undefined, shape, schema: bundle };
    const { check, problems, warnings } = compileOnce(text, bundle);
    for (const { document: _, pointer, ...warning } of warnings)
      this.#documents.problems.warn({ ...warning, place: this.#placeOf(pointer, definition) });
    if (check !== undefined) return { check, shape, schema: bundle };
    for (const { document: _, pointer, message, ...advice } of problems) {
      this.#documents.problems.add(this.#placeOf(pointer, definition), message, advice);
    }
    return undefined;
  }

  /** A schema with the definitions that it needs, directly or not. */
  #bundle({ schema = true, references }: Definition): JsonValue {
    const names = new Set<string>(references);
    for (const name of names) {
      for (const inner of this.#converter.definitions.get(name)?.references ?? []) names.add(inner);
    }
    if (names.size === 0 || !isJsonObject(schema)) return schema;
    const definitions = [...names].map((name) => [
      name,
      this.#converter.definitions.get(name)?.schema ?? true,
    ]);
    return { ...schema, $defs: Object.fromEntries(definitions) as JsonValue };
  }

  /** The place in the document of a pointer into a bundle. */
  #placeOf(pointer: string, { part }: Definition): Place {
    const [, name, rest = ''] = /^\/\$defs\/([^/]+)(.*)$/.exec(pointer) ?? [];
    const own = name === undefined ? undefined : this.#converter.definitions.get(name)?.part;
    return own === undefined
      ? { file: part.file, pointer: part.pointer + pointer }
      : { file: own.file, pointer: own.pointer + rest };
  }
}

function isUnlimited(schema: JsonValue): boolean {
  return schema === true || (isJsonObject(schema) && Object.keys(schema).every((name) => name === '$defs'));
}

interface CompiledCheck extends Pick<CompiledJsonSchema, 'problems' | 'warnings'> {
  readonly check: ValueCheck | undefined;
}

/**
 * Compiled schemas by their text, for the next time that the folder is read: nearly all schemas of a document are then
 * as before. The oldest are forgotten when they are too many.
 */
const KEPT = new Map<string, CompiledCheck>();
const MAX_KEPT = 20_000;
let keptCharacters = 0;

/** URI of a schema, to which nothing refers. */
const BUNDLE = 'openapi:schema';

function compileOnce(text: string, bundle: JsonValue): CompiledCheck {
  const known = KEPT.get(text);
  if (known !== undefined) return known;
  const sources = { documents: new Map([[BUNDLE, bundle]]), entry: BUNDLE };
  const { schema, problems, warnings } = compileJsonSchema(sources);
  const compiled = { check: schema && valueCheck(schema), problems, warnings };
  keptCharacters += text.length;
  KEPT.set(text, compiled);
  for (const oldest of KEPT.keys()) {
    if (KEPT.size <= MAX_KEPT && keptCharacters <= MAX_CHARACTERS) break;
    KEPT.delete(oldest);
    keptCharacters -= oldest.length;
  }
  return compiled;
}
