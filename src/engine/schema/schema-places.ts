import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { checkKeywords } from './check-keywords.ts';
import { DIALECT_URIS, type Dialect, dialectOf } from './dialects.ts';
import { keywordOf } from './keywords.ts';
import type { Place, Resource, SchemaDocument } from './place.ts';
import { escapeToken } from './pointer.ts';
import type { SchemaProblems } from './problem.ts';
import { resolveUri, splitFragment } from './uri.ts';

/** Name of `$recursiveAnchor: true` among the dynamic anchors. */
export const RECURSIVE = '';

/** Most dynamic anchors of all documents together: a schema is compiled for each set of them that it is reached with. */
const MAX_DYNAMIC = 100;

/** Finds every schema within a schema, with its resource and anchors, and checks the keywords of each. */
export class PlaceFinder {
  readonly #resources: Map<string, Place>;
  readonly #problems: SchemaProblems;
  #dynamic = 0;

  /** Enters resources by URI into `resources`. */
  constructor(resources: Map<string, Place>, problems: SchemaProblems) {
    this.#resources = resources;
    this.#problems = problems;
  }

  /** A document whose root is not searched for schemas yet. `dialect`: of documents without `$schema`. */
  open(uri: string, value: JsonValue, dialect: Dialect): SchemaDocument {
    const places = new Map<string, Place>();
    const named = isJsonObject(value) ? this.#named(value, dialect, uri) : dialect;
    const own = isJsonObject(value) ? resolveUri(uri, idOf(value, named) ?? '') : uri;
    const root = newResource(own, named, '');
    const document: SchemaDocument = { uri, value, root, places };
    const place = { document, resource: root, pointer: '', schema: value };
    for (const each of new Set([uri, own])) if (!this.#resources.has(each)) this.#resources.set(each, place);
    return document;
  }

  /** Finds a schema of a document, and those within it. */
  find(document: SchemaDocument, pointer: string, schema: JsonValue, outer: Resource): Place {
    const known = document.places.get(pointer);
    if (known !== undefined) return known;
    const resource = pointer === '' ? outer : this.#inner(schema, pointer, outer, document);
    const place: Place = { document, resource, pointer, schema };
    document.places.set(pointer, place);
    if (!isJsonObject(schema)) {
      if (typeof schema !== 'boolean')
        this.#problems.add(
          document.uri,
          pointer,
          'a JSON Schema must be an object or a boolean',
          pointer.endsWith('/properties/required') ? { help: '`required` belongs beside `properties`' } : {},
        );
      return place;
    }
    if (resource !== outer) this.#enter(place);
    this.#anchors(schema, place);
    checkKeywords(schema, place, this.#problems);
    for (const [at, inner] of subschemas(schema, resource.dialect, pointer))
      this.find(document, at, inner, resource);
    return place;
  }

  #inner(schema: JsonValue, pointer: string, outer: Resource, { uri }: SchemaDocument): Resource {
    if (!isJsonObject(schema)) return outer;
    const dialect =
      typeof schema[outer.dialect.id] === 'string' || typeof schema['$id'] === 'string'
        ? this.#named(schema, outer.dialect, uri, pointer)
        : outer.dialect;
    const id = idOf(schema, dialect);
    return id === undefined ? outer : newResource(resolveUri(outer.uri, id), dialect, pointer);
  }

  #enter(place: Place): void {
    const { uri } = place.resource;
    const known = this.#resources.get(uri);
    if (known !== undefined && known.document === place.document) {
      const { id } = place.resource.dialect;
      this.#problems.add(
        place.document.uri,
        `${place.pointer}/${id}`,
        `two schemas have the \`${id}\` \`${uri}\``,
      );
    }
    if (known === undefined) this.#resources.set(uri, place);
  }

  #anchors(schema: JsonObject, place: Place): void {
    const { resource } = place;
    const { dialect } = resource;
    const has = (name: string): boolean => keywordOf(name, dialect) !== undefined;
    const { $anchor, $dynamicAnchor } = schema;
    if (has('$anchor') && typeof $anchor === 'string') resource.anchors.set($anchor, place);
    if (has('$dynamicAnchor') && typeof $dynamicAnchor === 'string') {
      resource.anchors.set($dynamicAnchor, place);
      this.#takeDynamic($dynamicAnchor, place);
    }
    if (has('$recursiveAnchor') && schema['$recursiveAnchor'] === true && place.pointer === resource.pointer)
      this.#takeDynamic(RECURSIVE, place);
    const id = schema[dialect.id];
    if (typeof id === 'string' && /^#./.test(id) && isReferenceless(schema, dialect))
      resource.anchors.set(id.slice(1), place);
  }

  #takeDynamic(name: string, place: Place): void {
    this.#dynamic += 1;
    if (this.#dynamic <= MAX_DYNAMIC) place.resource.dynamic.set(name, place);
    else if (this.#dynamic === MAX_DYNAMIC + 1)
      this.#problems.add(
        place.document.uri,
        place.pointer,
        `the schemas have more than ${MAX_DYNAMIC} dynamic anchors`,
      );
  }

  #named(schema: JsonObject, dialect: Dialect, document: string, pointer = ''): Dialect {
    const { $schema } = schema;
    if (typeof $schema !== 'string') return dialect;
    const named = dialectOf($schema);
    if (named !== undefined) return named;
    this.#problems.add(document, `${pointer}/$schema`, `\`${$schema}\` is not a known dialect`, {
      unknown: { name: $schema, known: DIALECT_URIS },
    });
    return dialect;
  }
}

function newResource(uri: string, dialect: Dialect, pointer: string): Resource {
  return { uri, dialect, pointer, anchors: new Map(), dynamic: new Map() };
}

/** The URI that a schema gives itself, without fragment; undefined if it has none. */
function idOf(schema: JsonObject, dialect: Dialect): string | undefined {
  const id = schema[dialect.id];
  if (typeof id !== 'string' || !isReferenceless(schema, dialect)) return undefined;
  return splitFragment(id).uri || undefined;
}

function isReferenceless(schema: JsonObject, { isReferenceAlone }: Dialect): boolean {
  return !isReferenceAlone || typeof schema['$ref'] !== 'string';
}

/** The schemas directly in a schema, with their pointers. */
function* subschemas(
  schema: JsonObject,
  dialect: Dialect,
  pointer: string,
): Generator<readonly [pointer: string, schema: JsonValue]> {
  for (const [name, value] of Object.entries<JsonValue>(schema)) {
    const holds = keywordOf(name, dialect)?.holds;
    if (holds === undefined) continue;
    const at = `${pointer}/${escapeToken(name)}`;
    if (isJsonList(value)) {
      if (holds === 'list' || holds === 'either')
        for (const [index, each] of value.entries()) yield [`${at}/${index}`, each];
    } else if (holds === 'map') {
      if (!isJsonObject(value)) continue;
      for (const [key, each] of Object.entries<JsonValue>(value))
        if (name !== 'dependencies' || !isJsonList(each)) yield [`${at}/${escapeToken(key)}`, each];
    } else if (holds !== 'list' && (typeof value === 'boolean' || isJsonObject(value))) yield [at, value];
  }
}
