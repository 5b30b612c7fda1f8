import type { JsonValue } from '../request/attributes.ts';
import { isJsonObject, jsonText } from '../request/json-value.ts';
import { SchemaProblems } from '../schema/problem.ts';
import type { Bounds } from '../schema/schema-bounds.ts';
import { SchemaSet } from '../schema/schema-set.ts';
import { type ConverterOptions, SchemaConverter } from './convert-schema.ts';
import type { Documents, Part } from './documents.ts';
import type { ValueCheck } from './parameter.ts';
import { MAX_PROBLEMS, type Place } from './problem.ts';
import { ShapeFinder } from './shape-of.ts';
import { valueCheck } from './value-check.ts';
import type { ValueShape } from './value-shape.ts';

/** A schema of a document, compiled. */
export interface CompiledValue {
  /** Undefined: every value fits. */
  readonly check: ValueCheck | undefined;
  /** As converted. */
  readonly schema: JsonValue;
}

/** Most different schemas of parameters and bodies. */
const MAX_SCHEMAS = 10_000;

/** Bounds of all schemas of a document. */
const BOUNDS: Bounds = {
  values: 250_000,
  instructions: 500_000,
  tooManyValues: 'the schemas of the document have more than 250,000 values',
};

/** URI of the schemas of a document, to which nothing refers. */
const SCHEMAS = 'openapi:schemas';

/** Compiles the schemas of a document, each once: what several parameters and bodies refer to is shared. */
export class SchemaCompiler {
  readonly #documents: Documents;
  readonly #converter: SchemaConverter;
  readonly #shapes: ShapeFinder;
  readonly #found = new SchemaProblems(MAX_PROBLEMS);
  readonly #set: SchemaSet;
  /** Schemas that others refer to, by name, and those of parameters and bodies, as one document. */
  readonly #definitions: Record<string, JsonValue> = {};
  readonly #entries: JsonValue[] = [];
  /** Places of the entries. */
  readonly #parts: Part[] = [];
  readonly #compiled = new Map<string, CompiledValue | undefined>();
  /** Problems and warnings that are reported. */
  #problems = 0;
  #warnings = 0;

  constructor(documents: Documents, options: ConverterOptions) {
    this.#documents = documents;
    this.#converter = new SchemaConverter(documents, options);
    this.#shapes = new ShapeFinder((name) => this.#converter.definitions.get(name)?.schema);
    const all = { openapi: true, $defs: this.#definitions, entries: this.#entries };
    this.#set = new SchemaSet({ documents: new Map([[SCHEMAS, all]]) }, this.#found, BOUNDS);
  }

  /** Undefined after a reported mistake. */
  compile(part: Part): CompiledValue | undefined {
    const { problems } = this.#documents;
    const before = problems.all.length;
    const schema = this.#converter.convert(part);
    if (problems.all.length > before) return undefined;
    const text = jsonText(schema);
    if (this.#compiled.has(text)) return this.#compiled.get(text);
    if (this.#compiled.size >= MAX_SCHEMAS) {
      const help = 'split the document, and name the parts in policies with a `match` of their own';
      return problems.add(part, 'the document has too many different schemas', help);
    }
    const compiled = isUnlimited(schema) ? { check: undefined, schema } : this.#compileNew(schema, part);
    this.#compiled.set(text, compiled);
    return compiled;
  }

  /** The types of the values of a schema. */
  shapeOf({ schema }: CompiledValue): ValueShape {
    return this.#shapes.shapeOf(schema);
  }

  #compileNew(schema: JsonValue, part: Part): CompiledValue | undefined {
    for (const [name, each] of this.#converter.takeNew()) this.#definitions[name] = each;
    const entry = this.#entries.push(schema) - 1;
    this.#parts.push(part);
    const compiled = this.#set.compile(`${SCHEMAS}#/entries/${entry}`);
    this.#report();
    return compiled && { check: valueCheck(compiled), schema };
  }

  #report(): void {
    const { problems } = this.#documents;
    for (const { document: _, pointer, ...warning } of this.#found.warnings.slice(this.#warnings))
      problems.warn({ ...warning, place: this.#placeOf(pointer) });
    for (const { document: _, pointer, message, ...advice } of this.#found.problems.slice(this.#problems))
      problems.add(this.#placeOf(pointer), message, advice);
    this.#warnings = this.#found.warnings.length;
    this.#problems = this.#found.problems.length;
  }

  /** The place in the document of a pointer into the schemas. */
  #placeOf(pointer: string): Place {
    const [, kind, name = '', rest = ''] = /^\/(\$defs|entries)\/([^/]+)(.*)$/.exec(pointer) ?? [];
    const part = kind === 'entries' ? this.#parts[Number(name)] : this.#converter.definitions.get(name)?.part;
    return part === undefined ? this.#documents.root : { file: part.file, pointer: part.pointer + rest };
  }
}

function isUnlimited(schema: JsonValue): boolean {
  return schema === true || (isJsonObject(schema) && Object.keys(schema).length === 0);
}
