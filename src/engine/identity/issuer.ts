import type { JsonObject } from '../request/attributes.ts';

/** Where a token may stand in a request; the first listed form is the Authorization header's Bearer. */
export type TokenPlace =
  | { readonly header: string; readonly prefix: string }
  | { readonly query: string }
  | { readonly cookie: string };

/** Where an issuer's keys come from. */
export type KeySource =
  | { readonly kind: 'inline'; readonly jwks: JsonObject }
  | { readonly kind: 'uri'; readonly jwksUri: string; readonly refresh: Refresh };

/** All in milliseconds. */
export interface Refresh {
  readonly interval: number;
  /** Least time between two fetches that unknown `kid`s cause. */
  readonly cooldown: number;
  readonly timeout: number;
  /** How long keys serve after the last fetch that worked. */
  readonly maxStale: number;
}

/** An `Issuer` document, checked, with every default filled in. */
export interface Issuer {
  readonly name: string;
  /** Compared with `iss` exactly. */
  readonly issuer: string;
  /** Empty only with `anyAudience`. */
  readonly audiences: readonly string[];
  readonly anyAudience: boolean;
  readonly algorithms: readonly string[];
  readonly keys: KeySource;
  readonly from: readonly TokenPlace[];
  /** Milliseconds. */
  readonly clockSkew: number;
  /** Milliseconds; undefined: no bound. */
  readonly maxAge: number | undefined;
  readonly requireExpiry: boolean;
  readonly requireClaims: readonly string[];
  /** Accepted `typ` headers; undefined: absent, `JWT` or `at+jwt`. */
  readonly types: readonly string[] | undefined;
  readonly scopesClaim: string;
}
