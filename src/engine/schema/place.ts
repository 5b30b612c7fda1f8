import type { JsonValue } from '../request/attributes.ts';
import type { Dialect } from './dialects.ts';

/** A document with schemas. */
export interface SchemaDocument {
  /** URI that it was read from. */
  readonly uri: string;
  readonly value: JsonValue;
  /** The resource of its root. */
  readonly root: Resource;
  /** Schemas found so far, by JSON pointer. */
  readonly places: Map<string, Place>;
}

/** A schema with a URI of its own (2020-12, section 4.3.5): the root of a document, and each schema with an `$id`. */
export interface Resource {
  readonly uri: string;
  readonly dialect: Dialect;
  /** Pointer of its root in the document. */
  readonly pointer: string;
  /** Names of `$anchor` and `$dynamicAnchor`. */
  readonly anchors: Map<string, Place>;
  /** Anchors that a `$dynamicRef` of another resource may find; the empty name for `$recursiveAnchor`. */
  readonly dynamic: Map<string, Place>;
}

/** A schema of a document. */
export interface Place {
  readonly document: SchemaDocument;
  readonly resource: Resource;
  readonly pointer: string;
  readonly schema: JsonValue;
}
