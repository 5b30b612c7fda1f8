import type { JsonObject } from '../request/attributes.ts';
import type { ClaimTest } from './claim-test.ts';
import type { VerificationKey } from './verification-key.ts';

/** Place of a token in a request; the first form includes `Authorization: Bearer`. */
export type TokenPlace =
  | {
      readonly header: string;
      readonly prefix: string;
      /** The header is a list, of which any item may be the token: `sec-websocket-protocol: chat, bearer.TOKEN`. */
      readonly isList?: true;
    }
  | { readonly query: string }
  | { readonly cookie: string };

/** Place on the network of a key set. */
export type KeyLocation =
  | { readonly kind: 'uri'; readonly jwksUri: string }
  /** The OpenID configuration of the issuer, with its exact name, says where the key set is. */
  | { readonly kind: 'discovery'; readonly issuer: string };

/** Source of an issuer's keys: inline in the policy folder, or fetched. */
export type KeySource =
  | {
      readonly kind: 'inline';
      readonly jwks: JsonObject;
      /** Its usable keys; undefined if they are not compiled yet. */
      readonly compiled?: readonly VerificationKey[];
    }
  | (KeyLocation & { readonly refresh: Refresh });

/** Timing of key fetches, all in milliseconds. */
export interface Refresh {
  readonly interval: number;
  /** Minimum time between two fetches caused by unknown `kid`s. */
  readonly cooldown: number;
  readonly timeout: number;
  /** Time for which keys are used after the last successful fetch. */
  readonly maxStale: number;
}

/** A checked `Issuer` document with all defaults filled in. */
export interface Issuer {
  readonly name: string;
  /** Compared with `iss` exactly; with `tenants`, a text with `{tenant}`. */
  readonly issuer: string;
  /** Tenants by the `iss` of their tokens; undefined: the issuer has one. */
  readonly tenants: ReadonlyMap<string, string> | undefined;
  /** Trust domain that the SPIFFE ID in `sub` must have, in lower case. Tokens without `iss` are accepted then. */
  readonly trustDomain: string | undefined;
  /** True: the parts of a token may have the padding of base64url. */
  readonly paddedBase64: boolean;
  /** Empty only with `anyAudience`. */
  readonly audiences: readonly string[];
  readonly anyAudience: boolean;
  readonly algorithms: readonly string[];
  readonly keys: KeySource;
  readonly from: readonly TokenPlace[];
  /** Milliseconds. */
  readonly clockSkew: number;
  /** Milliseconds; undefined: unlimited. */
  readonly maxAge: number | undefined;
  readonly requireExpiry: boolean;
  /** False: the token is removed before the request reaches the service. */
  readonly forward: boolean;
  readonly requireClaims: readonly string[];
  /** Claims that a token must have with certain values. */
  readonly claims: readonly ClaimTest[];
  /** Accepted `typ` headers; undefined: absent, `JWT` or `at+jwt`. */
  readonly types: readonly string[] | undefined;
  readonly scopesClaim: string;
  /** Claim with the audiences: `aud`, unless the issuer names them otherwise. */
  readonly audienceClaim: string;
  /** Names of nested claims that lead to the roles; empty: tokens have no roles. */
  readonly rolesPath: readonly string[];
  /** The preset of the document, with the names of the fields that it sets. */
  readonly preset: PresetUse | undefined;
}

/** Every `iss` of the tokens of an issuer. */
export function issuersOf({ issuer, tenants }: Pick<Issuer, 'issuer' | 'tenants'>): readonly string[] {
  return tenants === undefined ? [issuer] : [...tenants.keys()];
}

/** A preset that an Issuer document names. */
export interface PresetUse {
  readonly name: string;
  /** Fields of the document that have the values of the preset: those that are not written, and lists that it adds to. */
  readonly sets: readonly string[];
}
