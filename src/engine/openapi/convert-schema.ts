import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { isFormat } from '../schema/formats.ts';
import { branchKeyword, selectBranch } from './discriminator.ts';
import type { Documents, Part } from './documents.ts';
import { asType2020 } from './schema-dialect.ts';
import type { OpenApiVersion } from './version.ts';

/** A schema of the document as one of JSON Schema 2020-12. */
export interface Definition {
  readonly part: Part;
  /** Undefined while it is converted. */
  schema: JsonValue | undefined;
  /** Names of the definitions that it refers to. */
  readonly references: Set<string>;
}

export interface ConverterOptions {
  readonly version: OpenApiVersion;
  /** `deny`: a property that is `readOnly` may not be sent. */
  readonly readOnly: 'deny' | 'allow';
}

/** Surroundings of a schema. */
interface Surroundings {
  readonly references: Set<string>;
  /** Properties that are `readOnly`, which no part of an `allOf` may require. */
  readonly readOnlyNames: ReadonlySet<string>;
}

/** Keywords whose value is a schema. */
const SCHEMAS: ReadonlySet<string> = new Set([
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
/** Keywords whose value is a list of schemas. */
const LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
/** Keywords whose value is a mapping with schemas. */
const MAPPINGS: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas']);

/** Keywords of OpenAPI and annotations, which do not limit a value. */
const DROPPED: ReadonlySet<string> = new Set([
  'nullable',
  'discriminator',
  'readOnly',
  'writeOnly',
  'xml',
  'externalDocs',
  'example',
  'examples',
  'deprecated',
  'default',
  'title',
  'description',
  'summary',
  '$comment',
  '$anchor',
  '$id',
  '$schema',
  '$vocabulary',
  '$defs',
  'definitions',
  'contentSchema',
  'contentMediaType',
  'contentEncoding',
]);

/**
 * Converts the schemas of a document, as a request must fit them, to JSON Schema 2020-12 (OpenAPI 3.0.4, section 4.7.24,
 * and 3.1.1, section 4.8.24). A schema that is referred to becomes a definition, which is converted once.
 */
export class SchemaConverter {
  readonly definitions = new Map<string, Definition>();
  readonly #names = new Map<string, string>();
  readonly #documents: Documents;
  readonly #options: ConverterOptions;

  constructor(documents: Documents, options: ConverterOptions) {
    this.#documents = documents;
    this.#options = options;
  }

  /** A schema on its own, with the names of the definitions that it needs. */
  convert(part: Part): Definition {
    const references = new Set<string>();
    const schema = this.#schema(part, { references, readOnlyNames: NONE });
    return { part, schema, references };
  }

  #isOld(): boolean {
    return this.#options.version === '3.0';
  }

  #schema(part: Part, around: Surroundings): JsonValue {
    const { value } = part;
    if (typeof value === 'boolean') return value;
    if (!isJsonObject(value)) {
      this.#documents.problems.add(part, 'a schema must be a mapping');
      return true;
    }
    this.#reportUnsupported(part);
    const reference = this.#documents.member(part, '$ref');
    if (reference === undefined) return this.#withoutReference(part, value, around);
    const referred = this.#reference(reference, around);
    // In 3.0, what stands beside `$ref` is ignored.
    const hasMore =
      !this.#isOld() && Object.keys(value).some((name) => name !== '$ref' && !DROPPED.has(name));
    if (!hasMore) return referred;
    const { $ref: _, ...others } = value;
    // Beside the reference, so that `unevaluatedProperties` knows its members.
    return this.#joined(this.#withoutReference({ ...part, value: others }, others, around), referred);
  }

  #reference(reference: Part, around: Surroundings): JsonValue {
    const target = this.#documents.follow(reference);
    if (target === undefined) return true;
    const key = `${target.file}#${target.pointer}`;
    const name = this.#names.get(key) ?? this.#define(key, target);
    around.references.add(name);
    return { $ref: `#/$defs/${name}` };
  }

  #define(key: string, part: Part): string {
    const last = part.pointer.slice(part.pointer.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9_.-]/g, '_');
    const base = last === '' ? 'schema' : last;
    let name = base;
    for (let number = 2; this.definitions.has(name); number++) name = `${base}-${number}`;
    const definition: Definition = { part, schema: undefined, references: new Set() };
    this.#names.set(key, name);
    this.definitions.set(name, definition);
    definition.schema = this.#schema(part, { references: definition.references, readOnlyNames: NONE });
    return name;
  }

  #withoutReference(part: Part, value: JsonObject, around: Surroundings): JsonValue {
    const own = this.#readOnlyNames(part, 0);
    const readOnlyNames = own.size === 0 ? around.readOnlyNames : around.readOnlyNames.union(own);
    const inner = { references: around.references, readOnlyNames };
    const branches = selectBranch(this.#documents, part, (each) => this.#schema(each, around));
    const schema: Record<string, JsonValue> = {};
    for (const [keyword, member] of this.#documents.members(part)) {
      if (DROPPED.has(keyword) || keyword.startsWith('x-')) continue;
      if (branches !== undefined && keyword === branchKeyword(value)) continue;
      const converted = this.#keyword(keyword, member, inner);
      if (converted !== undefined) schema[keyword] = converted;
    }
    const whole = branches === undefined ? schema : this.#joined(schema, branches);
    return this.#isOld() ? asType2020(whole, value) : whole;
  }

  /** A schema whose values must also fit another one. */
  #joined(schema: JsonValue, other: JsonValue): JsonObject {
    if (!isJsonObject(schema)) return { allOf: [schema, other] };
    if (Object.keys(schema).length === 0 && isJsonObject(other)) return other;
    const { allOf } = schema;
    // In 3.0, `nullable` beside `allOf` is about all of them.
    if (this.#isOld() || (allOf !== undefined && !isJsonList(allOf))) return { allOf: [schema, other] };
    return { ...schema, allOf: [...(allOf ?? []), other] };
  }

  /** The value of a keyword; undefined if it limits nothing. */
  #keyword(keyword: string, part: Part, around: Surroundings): JsonValue | undefined {
    const { value } = part;
    const alone = { references: around.references, readOnlyNames: NONE };
    if (SCHEMAS.has(keyword)) return this.#schema(part, alone);
    if (LISTS.has(keyword) && isJsonList(value)) {
      const inner = keyword === 'allOf' ? around : alone;
      return this.#documents.items(part).map((each) => this.#schema(each, inner));
    }
    if (keyword === 'properties') return this.#properties(part, alone);
    if (MAPPINGS.has(keyword) && isJsonObject(value)) {
      return Object.fromEntries(
        this.#documents.members(part).map(([name, each]) => [name, this.#schema(each, alone)]),
      );
    }
    if (keyword === 'required' && isJsonList(value)) {
      const names = value.filter((name) => typeof name !== 'string' || !around.readOnlyNames.has(name));
      return names.length === 0 ? undefined : names;
    }
    // Formats of OpenAPI are open: `binary`, `password` and names of one's own limit no text.
    if (keyword === 'format') return typeof value === 'string' && isFormat(value) ? value : undefined;
    return value;
  }

  #properties(part: Part, around: Surroundings): JsonValue {
    if (!isJsonObject(part.value)) return part.value;
    const isDenied = this.#options.readOnly === 'deny';
    const members = this.#documents.members(part).map(([name, each]) => {
      const schema = isDenied && this.#isReadOnly(each) ? false : this.#schema(each, around);
      return [name, schema] as const;
    });
    return Object.fromEntries(members);
  }

  /** Names of the properties that are `readOnly`, those in the parts of `allOf` included. */
  #readOnlyNames(part: Part, depth: number): ReadonlySet<string> {
    if (depth > MAX_NESTED) return NONE;
    const names = new Set<string>();
    for (const [name, each] of this.#documents.members(this.#documents.member(part, 'properties'))) {
      if (this.#isReadOnly(each)) names.add(name);
    }
    for (const each of this.#documents.items(this.#documents.member(part, 'allOf'))) {
      const target = this.#target(each);
      if (target !== undefined) for (const name of this.#readOnlyNames(target, depth + 1)) names.add(name);
    }
    return names;
  }

  #isReadOnly(part: Part): boolean {
    let at: Part | undefined = part;
    for (let step = 0; at !== undefined && step < MAX_NESTED; step++) {
      if (this.#documents.member(at, 'readOnly')?.value === true) return true;
      if (this.#documents.member(at, '$ref') === undefined) return false;
      at = this.#target(at);
    }
    return false;
  }

  /** A schema, or the one that its `$ref` names. */
  #target(part: Part): Part | undefined {
    const reference = this.#documents.member(part, '$ref');
    return reference === undefined ? part : this.#documents.follow(reference);
  }

  #reportUnsupported(part: Part): void {
    const { problems } = this.#documents;
    const nullable = this.#documents.member(part, 'nullable');
    if (nullable?.value === true && !this.#isOld())
      problems.warn({
        code: 'unknown_keyword',
        place: nullable,
        message: '`nullable` is a keyword of OpenAPI 3.0, and checks nothing in 3.1',
        help: 'list `null` among the types, such as `type: [string, "null"]`',
      });
    const dynamic = this.#documents.member(part, '$dynamicRef');
    if (dynamic !== undefined)
      problems.add(dynamic, '`$dynamicRef` is not supported in OpenAPI documents', 'write `$ref`');
    const id = this.#documents.member(part, '$id');
    if (id !== undefined && part.pointer !== '')
      problems.add(id, '`$id` within a file is not supported in OpenAPI documents', 'remove it');
    const dialect = this.#documents.member(part, '$schema');
    if (dialect !== undefined && !this.#isOld() && !isDialect(dialect.value)) {
      const help = 'write the schema in JSON Schema 2020-12, the dialect of OpenAPI 3.1';
      problems.add(dialect, 'schemas of this dialect are not supported in OpenAPI documents', help);
    }
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Most references and levels of `allOf` that are searched for `readOnly`. */
const MAX_NESTED = 8;

/** True for the dialect of OpenAPI 3.1 and JSON Schema 2020-12, which it adds annotations to. */
export function isDialect(uri: JsonValue): boolean {
  return (
    typeof uri === 'string' &&
    /^https:\/\/(?:json-schema\.org\/draft\/2020-12\/schema|spec\.openapis\.org\/oas\/3\.1\/(?:dialect\/[\w-]+|schema-base\/[\w-]+))#?$/.test(
      uri,
    )
  );
}
