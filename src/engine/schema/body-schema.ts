import type { Body, JsonValue } from '../request/attributes.ts';

/** Why a body refuses a request. Each is a row of the reason table. */
export type BodyReason =
  | 'body_missing'
  | 'body_truncated'
  | 'body_malformed'
  | 'body_too_large'
  | 'body_wrong_type'
  | 'schema_violation';

export interface BodyDenial {
  readonly reason: BodyReason;
  /** For the caller: where in the body (a JSON pointer) and what was expected, never a value of the body. */
  readonly detail: string;
}

/** A schema compiled at load. */
export interface BodySchema {
  /** Bytes; a longer body is refused before it is parsed. */
  readonly maxBytes: number | undefined;
  /** Judges a parsed body; undefined: it fits. */
  validate(value: JsonValue): BodyDenial | undefined;
}

export type BodyResult =
  | { readonly value: JsonValue; readonly denial?: undefined }
  | { readonly denial: BodyDenial; readonly value?: undefined };

/** Reads a JSON body: truncated, missing, of another content type and malformed are refusals. */
export type ReadJsonBody = (body: Body, contentType: string) => BodyResult;
