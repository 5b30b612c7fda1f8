import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { DEFAULT_DIALECT, dialectNamed } from '../schema/dialects.ts';
import { isFormat } from '../schema/formats.ts';
import { keywordOf } from '../schema/keywords.ts';
import { UniqueNames } from '../schema/unique-names.ts';
import { branchKeyword, selectBranch } from './discriminator.ts';
import { type Documents, keyOf, type Part } from './documents.ts';
import { ReadOnlyParts } from './read-only.ts';
import { asType2020 } from './schema-dialect.ts';
import type { OpenApiVersion } from './version.ts';

/** A part of the document that others refer to, as JSON Schema 2020-12. */
export interface Definition {
  readonly part: Part;
  /** Undefined while it is converted. */
  schema: JsonValue | undefined;
}

export interface ConverterOptions {
  readonly version: OpenApiVersion;
  /** `deny`: a property that is `readOnly` may not be sent. */
  readonly readOnly: 'deny' | 'allow';
}

/** Keywords whose schemas are about members and elements of a value, or of which only some must fit. */
const MEMBERS: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'properties',
  'patternProperties',
  'anyOf',
  'oneOf',
]);

/** The dialect of converted schemas. */
const DEFAULT = dialectNamed(DEFAULT_DIALECT);

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
  '$dynamicAnchor',
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
  readonly #new: (readonly [string, JsonValue])[] = [];
  readonly #names = new Map<string, string>();
  readonly #free = new UniqueNames();
  readonly #documents: Documents;
  readonly #options: ConverterOptions;
  readonly #readOnly: ReadOnlyParts;

  constructor(documents: Documents, options: ConverterOptions) {
    this.#documents = documents;
    this.#options = options;
    this.#readOnly = new ReadOnlyParts(documents);
  }

  /** Definitions that are converted since the last call, by name. */
  takeNew(): readonly (readonly [name: string, schema: JsonValue])[] {
    return this.#new.splice(0);
  }

  /** A schema on its own, which refers to definitions. */
  convert(part: Part): JsonValue {
    return this.#schema(part, NONE);
  }

  #isOld(): boolean {
    return this.#options.version === '3.0';
  }

  /** `optional` has properties that are `readOnly`, which no part of an `allOf` may require. */
  #schema(part: Part, optional: ReadonlySet<string>): JsonValue {
    const { value } = part;
    if (typeof value === 'boolean') return value;
    if (!isJsonObject(value)) {
      this.#documents.problems.add(part, 'a schema must be a mapping');
      return true;
    }
    this.#reportUnsupported(part);
    const reference = this.#documents.member(part, '$ref');
    if (reference === undefined) return this.#withoutReference(part, value, optional);
    const referred = this.#reference(reference, optional.union(this.#readOnly.namesIn(part)));
    // In 3.0, other members beside `$ref` are ignored.
    const hasMore =
      !this.#isOld() && Object.keys(value).some((name) => name !== '$ref' && !DROPPED.has(name));
    if (!hasMore) return referred;
    const { $ref: _, ...others } = value;
    // Beside the reference, so that `unevaluatedProperties` knows its members.
    const own = this.#withoutReference({ ...part, value: others }, others, optional);
    return this.#joined(own, referred);
  }

  #reference(reference: Part, optional: ReadonlySet<string>): JsonValue {
    const target = this.#documents.follow(reference);
    if (target === undefined) return true;
    const kept = this.#readOnly.requiredIn(target).difference(this.#readOnly.namesIn(target));
    // A definition of its own where it requires what is `readOnly` in the schema that refers to it.
    const left = kept.intersection(optional);
    const key = [keyOf(target), ...[...left].toSorted()].join(' ');
    return { $ref: `#/$defs/${this.#names.get(key) ?? this.#define(key, target, left)}` };
  }

  #define(key: string, part: Part, optional: ReadonlySet<string>): string {
    const last = part.pointer.slice(part.pointer.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9_.-]/g, '_');
    const name = this.#free.take(last === '' || last === '__proto__' ? 'schema' : last);
    const definition: Definition = { part, schema: undefined };
    this.#names.set(key, name);
    this.definitions.set(name, definition);
    const schema = this.#schema(part, optional);
    definition.schema = schema;
    this.#new.push([name, schema]);
    return name;
  }

  #withoutReference(part: Part, value: JsonObject, around: ReadonlySet<string>): JsonValue {
    const own = this.#readOnly.namesIn(part);
    const optional = own.size === 0 ? around : around.union(own);
    const branches = selectBranch(this.#documents, part, (each) => this.#member(each, around));
    const schema: Record<string, JsonValue> = {};
    for (const [keyword, member] of this.#documents.members(part)) {
      if (DROPPED.has(keyword) || keyword.startsWith('x-')) continue;
      if (branches !== undefined && keyword === branchKeyword(value)) continue;
      const converted = this.#keyword(keyword, member, optional);
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
  #keyword(keyword: string, part: Part, optional: ReadonlySet<string>): JsonValue | undefined {
    const { value } = part;
    const holds = keywordOf(keyword, DEFAULT)?.holds;
    const convert = (each: Part): JsonValue =>
      MEMBERS.has(keyword) ? this.#member(each) : this.#schema(each, keyword === 'allOf' ? optional : NONE);
    if (holds === 'schema') return convert(part);
    if (holds === 'list' && isJsonList(value)) return this.#documents.items(part).map(convert);
    if (holds === 'map' && isJsonObject(value)) {
      const members = this.#documents.members(part).map(([name, each]) => [name, convert(each)] as const);
      return Object.fromEntries(members);
    }
    if (keyword === 'required' && isJsonList(value)) {
      const names = value.filter((name) => typeof name !== 'string' || !optional.has(name));
      return names.length === 0 ? undefined : names;
    }
    // Formats of OpenAPI are open: `binary`, `password` and names of one's own limit no text.
    if (keyword === 'format') return typeof value === 'string' && isFormat(value) ? value : undefined;
    return value;
  }

  /** A schema of a member or an element, or a branch; no value fits one that is `readOnly`. */
  #member(part: Part, optional: ReadonlySet<string> = NONE): JsonValue {
    if (this.#options.readOnly === 'deny' && this.#readOnly.has(part)) return false;
    return this.#schema(part, optional);
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

/** True for the dialect of OpenAPI 3.1 and JSON Schema 2020-12, which it adds annotations to. */
export function isDialect(uri: JsonValue): boolean {
  return (
    typeof uri === 'string' &&
    /^https:\/\/(?:json-schema\.org\/draft\/2020-12\/schema|spec\.openapis\.org\/oas\/3\.1\/(?:dialect\/[\w-]+|schema-base\/[\w-]+))#?$/.test(
      uri,
    )
  );
}
