import type { JsonObject, Timestamp } from '../request/attributes.ts';
import type { TokenPlace } from './issuer.ts';

/** Content of a token that passed every check. Nothing of an unverified token ever gets into it. */
export interface VerifiedToken {
  /** Name of the Issuer document. */
  readonly issuerName: string;
  readonly issuer: string;
  /** Empty if the issuer has no tenants. */
  readonly tenant: string;
  /** Empty if the token has no `sub`. */
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly scopes: readonly string[];
  /** Empty without `rolesPath`, and if the token has nothing there. */
  readonly roles: readonly string[];
  readonly expiresAt: Timestamp | undefined;
  /** Places from which the token is removed before the request reaches the service; undefined: it is forwarded. */
  readonly withheld: readonly TokenPlace[] | undefined;
  readonly claims: JsonObject;
  readonly header: JsonObject;
}

/** Reasons to deny a request for its token, or for the lack of one. Each is a row of the reason table. */
export type TokenReason =
  | 'token_missing'
  | 'token_malformed'
  | 'token_too_large'
  | 'token_ambiguous'
  | 'ambiguous_header'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_bad_signature'
  | 'token_unknown_issuer'
  | 'token_wrong_audience'
  | 'token_wrong_type'
  | 'token_unknown_key'
  | 'token_bad_algorithm'
  | 'token_claim_missing'
  | 'token_too_old'
  | 'token_not_bound'
  | 'keys_unavailable'
  | 'overloaded';

export interface TokenDenial {
  readonly reason: TokenReason;
  /** One sentence for the caller, which may name a claim or a place and never shows a value. */
  readonly detail: string;
}

export type TokenResult =
  | { readonly token: VerifiedToken; readonly denial?: undefined }
  | { readonly denial: TokenDenial; readonly token?: undefined };
