import type { Body, JsonValue } from '../request/attributes.ts';

/** Reasons to deny a request for its body. Each is a row of the reason table. */
export type BodyReason =
  | 'body_missing'
  | 'body_truncated'
  | 'body_malformed'
  | 'body_too_large'
  | 'body_wrong_type'
  | 'schema_violation';

/** A part of a body that does not fit a schema. */
export interface BodyError {
  /** JSON pointer (RFC 6901) into the body, empty for the whole of it. */
  readonly pointer: string;
  /** The expectation, such as "must be a string"; never a value of the body. */
  readonly detail: string;
}

export interface BodyDenial {
  readonly reason: BodyReason;
  /** For the caller: the location in the body (a JSON pointer) and what was expected, never a value of the body. */
  readonly detail: string;
  /** The first parts of the body that do not fit, if a schema refuses it. */
  readonly errors?: readonly BodyError[];
}

/** A schema, compiled when the policies are loaded. */
export interface BodySchema {
  /** Bytes; a longer body is denied before it is parsed. undefined: unlimited. */
  readonly maxBytes: number | undefined;
  /** Validates a parsed body; undefined if it fits. */
  validate(value: JsonValue): BodyDenial | undefined;
}

export type BodyResult =
  | { readonly value: JsonValue; readonly denial?: undefined }
  | { readonly denial: BodyDenial; readonly value?: undefined };

/** The headers that say how the bytes of a body are to be read; empty when absent. */
interface ContentHeaders {
  /** `content-type` */
  readonly type: string;
  /** `content-encoding` */
  readonly encoding: string;
}

/** Reads a JSON body; a truncated, encoded, missing or malformed body and another content type are denials. */
export type ReadJsonBody = (body: Body, content: ContentHeaders) => BodyResult;
