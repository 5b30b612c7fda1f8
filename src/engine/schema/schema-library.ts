import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { decodeOnce } from '../request/percent.ts';
import type { Dialect } from './dialects.ts';
import { metaSchemaAt } from './meta-schemas.ts';
import { nearTarget } from './near-target.ts';
import type { Place, Resource, SchemaDocument } from './place.ts';
import { unescapeToken } from './pointer.ts';
import type { SchemaProblems } from './problem.ts';
import { PlaceFinder } from './schema-places.ts';
import { isRelativePath, relativePath, resolveUri, splitFragment } from './uri.ts';

/** Another document, as read for a reference. */
export interface ReadDocument {
  readonly uri: string;
  readonly value: JsonValue;
}

/**
 * Reads the document that a reference names; undefined if there is none, which the reader reports. `path` is relative
 * to the document with the reference, `document` the URI of that one, `pointer` the place of the reference in it.
 */
export type ReadReference = (path: string, document: string, pointer: string) => ReadDocument | undefined;

/** The documents of one compilation, with their schemas by URI. */
export class SchemaLibrary {
  readonly #documents: ReadonlyMap<string, JsonValue>;
  readonly #read: ReadReference | undefined;
  readonly #dialect: Dialect;
  readonly #problems: SchemaProblems;
  readonly #resources = new Map<string, Place>();
  readonly #opened = new Map<string, SchemaDocument>();
  readonly #finder: PlaceFinder;
  /** True after a reader has reported that there is no document. */
  #isReported = false;

  /** `dialect`: of documents that name none. */
  constructor(
    documents: ReadonlyMap<string, JsonValue>,
    read: ReadReference | undefined,
    dialect: Dialect,
    problems: SchemaProblems,
  ) {
    this.#documents = documents;
    this.#read = read;
    this.#dialect = dialect;
    this.#problems = problems;
    this.#finder = new PlaceFinder(this.#resources, problems);
  }

  /** The schema at a URI with a JSON pointer as its fragment; undefined if there is none. */
  entry(uri: string): Place | undefined {
    const { uri: whole, fragment } = splitFragment(uri);
    const document = this.#open(whole);
    if (document === undefined) return undefined;
    if (fragment === '') return this.#whole(document);
    return this.#at(document, document.root, decodeOnce(fragment));
  }

  /** The target of a reference at a place; undefined, and reported, if there is none. */
  resolve(reference: string, from: Place, keyword: string): Place | undefined {
    const pointer = `${from.pointer}/${keyword}`;
    const { uri: written, fragment: encoded } = splitFragment(reference);
    const fragment = decodeOnce(encoded);
    const uri = resolveUri(from.resource.uri, written);
    const isOwn = written === '' || uri === from.resource.uri;
    const root = isOwn ? this.#rootOf(from) : this.#resourceAt(uri, written, from, pointer);
    const place = root && this.#within(root, fragment);
    if (place !== undefined) return place;
    if (root !== undefined || !this.#isReported)
      this.#problems.add(
        from.document.uri,
        pointer,
        missing(reference, root !== undefined, isOwn),
        root && nearTarget(root.document.value, reference),
      );
    this.#isReported = false;
    return undefined;
  }

  /** A schema within another, at a pointer into the document. */
  inner({ document, resource }: Place, pointer: string, schema: JsonValue): Place {
    return document.places.get(pointer) ?? this.#finder.find(document, pointer, schema, resource);
  }

  #rootOf({ document, resource }: Place): Place {
    if (resource === document.root) return { document, resource, pointer: '', schema: document.value };
    return document.places.get(resource.pointer) ?? this.#whole(document);
  }

  #resourceAt(uri: string, written: string, from: Place, pointer: string): Place | undefined {
    const known = this.#resources.get(uri);
    if (known !== undefined) return known;
    const opened = this.#open(uri);
    if (opened !== undefined) return this.#resources.get(uri);
    const path = pathOf(uri, written, from);
    if (path === undefined || this.#read === undefined) return undefined;
    const found = this.#read(path, from.document.uri, pointer);
    if (found === undefined) {
      this.#isReported = true;
      this.#problems.isReported = true;
      return undefined;
    }
    const document = this.#opened.get(found.uri) ?? this.#add(found.uri, found.value);
    const root = { document, resource: document.root, pointer: '', schema: document.value };
    this.#resources.set(uri, root);
    return root;
  }

  #open(uri: string): SchemaDocument | undefined {
    const known = this.#opened.get(uri);
    if (known !== undefined) return known;
    const value = this.#documents.get(uri) ?? metaSchemaAt(uri);
    return value === undefined ? undefined : this.#add(uri, value);
  }

  #add(uri: string, value: JsonValue): SchemaDocument {
    const document = this.#finder.open(uri, value, this.#dialect);
    this.#opened.set(uri, document);
    return document;
  }

  #whole(document: SchemaDocument): Place {
    return this.#finder.find(document, '', document.value, document.root);
  }

  #within(root: Place, fragment: string): Place | undefined {
    const { document, resource, pointer } = root;
    if (fragment === '') return pointer === '' ? this.#whole(document) : root;
    if (fragment.startsWith('/')) return this.#at(document, resource, pointer + fragment);
    if (pointer === '' && isSchemaDocument(document)) this.#whole(document);
    return resource.anchors.get(fragment);
  }

  /** The schema at a pointer, which may be at a place that no keyword makes one of a schema. */
  #at(document: SchemaDocument, base: Resource, pointer: string): Place | undefined {
    if (base === document.root && isSchemaDocument(document)) this.#whole(document);
    const known = document.places.get(pointer);
    if (known !== undefined) return known;
    let value: JsonValue | undefined = document.value;
    let resource = base;
    let at = '';
    for (const token of pointer.split('/').slice(1)) {
      value = member(value, unescapeToken(token));
      if (value === undefined) return undefined;
      at += `/${token}`;
      resource = document.places.get(at)?.resource ?? resource;
    }
    return this.#finder.find(document, pointer, value, resource);
  }
}

/** True for a document that is a schema, and not one that has schemas among other things, such as OpenAPI. */
function isSchemaDocument({ value }: SchemaDocument): boolean {
  return isJsonObject(value) && !Object.hasOwn(value, 'openapi') && !Object.hasOwn(value, 'swagger');
}

function member(value: JsonValue, token: string): JsonValue | undefined {
  if (isJsonList(value)) return /^(?:0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

/** The path of a document as written in a reference, or relative to the URI that the document gives itself. */
function pathOf(uri: string, written: string, { document, resource }: Place): string | undefined {
  const isPlain = resource.uri === document.uri && isRelativePath(written);
  const path = isPlain ? written : relativePath(document.root.uri, uri);
  return path === undefined || path === '' ? undefined : decodeOnce(path);
}

function missing(reference: string, hasDocument: boolean, isOwn: boolean): string {
  if (!hasDocument)
    return `\`$ref\` to \`${reference}\` has no target: schemas are files of the folder and are never fetched`;
  const where = isOwn ? 'this document' : 'that document';
  return `\`$ref\` to \`${reference}\` has no target in ${where}`;
}
