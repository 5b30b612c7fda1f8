import type { HeaderReads } from '../request/header-reads.ts';
import type { MediaType } from './media-type.ts';
import type { Parameter, ValueCheck } from './parameter.ts';
import type { RouteNode } from './route.ts';
import type { ValueShape } from './value-shape.ts';

/** A document of OpenAPI, compiled. INVARIANT: plain data apart from its checks, so that it can be sent to another process. */
export interface OpenApiSchema {
  /** Path of the document, relative to the folder. */
  readonly document: string;
  readonly routes: RouteNode<Operation>;
  /** Bytes; a longer body is denied before it is read. Undefined: unlimited. */
  readonly maxBytes: number | undefined;
  /** Requests for operations that the document does not have. */
  readonly unknown: 'deny' | 'allow';
  /** Query parameters that the operation does not have. */
  readonly unknownQuery: 'deny' | 'allow';
  /** Query parameters with credentials, which no operation needs to name. */
  readonly credentials: ReadonlySet<string>;
}

export interface Operation {
  /** The `operationId`; empty if there is none. */
  readonly id: string;
  readonly method: string;
  /** As in the document. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly query: QueryNames;
  /** Names of the parameters that are cookies. */
  readonly cookies: ReadonlySet<string>;
  /** Undefined: the operation takes no body. */
  readonly body: RequestBody | undefined;
  /** Headers and query parameters that are judged, which must be sent in one way only. */
  readonly reads: HeaderReads;
}

/** Query parameters of an operation, or fields of a form. */
export interface QueryNames {
  readonly names: ReadonlySet<string>;
  /** Names that are followed by brackets. */
  readonly bracketed: readonly string[];
  /** Starts of names, such as `filter[`. */
  readonly prefixes: readonly string[];
  /** True if members of an object may have any name. */
  readonly isOpen: boolean;
}

export interface RequestBody {
  readonly isRequired: boolean;
  /** Those that say most first. */
  readonly contents: readonly Content[];
}

/** Requirements for a body of some content types. */
export interface Content {
  readonly range: MediaType;
  /** Undefined: every value fits. */
  readonly check: ValueCheck | undefined;
  readonly shape: ValueShape;
  /** Fields of a form, by how they are written. */
  readonly fields: readonly Parameter[];
  /** Names of the fields. */
  readonly names: QueryNames;
  /** True if a body that Lictor cannot read fits: the schema asks for bytes, or for nothing. */
  readonly isOpaque: boolean;
}

/** The operation in a sentence or a report. */
export function nameOfOperation({ id, method, path }: Pick<Operation, 'id' | 'method' | 'path'>): string {
  return id === '' ? `${method} ${path}` : id;
}
