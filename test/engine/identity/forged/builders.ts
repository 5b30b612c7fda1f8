import { type KeyObject, sign } from 'node:crypto';
import type { TokenReason } from '../../../../src/engine/identity/verified-token.ts';
import { claimsOf, EC, encoded, signed } from '../tokens.ts';

/** Tokens that are denied for one reason, with the same sentence for the caller. */
export interface ForgedTokens {
  readonly reason: TokenReason;
  readonly detail: string;
  readonly rows: readonly (readonly [what: string, token: string | Promise<string>])[];
}

export const ES = { alg: 'ES256', kid: 'ec' };
/** What the Issuer of the tests demands beside the registered claims. */
export const OWN = { tenant: 'acme', use: 'access' };

export function claims(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return claimsOf({ ...OWN, ...members });
}

/** A token that is valid except for these members of the claims or the header. */
export function tokenWith(
  members: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
  key: KeyObject = EC,
): Promise<string> {
  return signed(claims(members), header, key);
}

/** Two parts of any bytes with a valid ES256 signature. */
export function signedParts(header: string, payload: string, key: KeyObject = EC): string {
  const input = `${header}.${payload}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

export const HEADER = encoded(ES);
export const CLAIMS = encoded(claims());
export const VALID = signedParts(HEADER, CLAIMS);
export const SIGNATURE = VALID.slice(VALID.lastIndexOf('.') + 1);
export const SIGNATURE_BYTES = Buffer.from(SIGNATURE, 'base64url');

export function withSignature(bytes: Uint8Array): string {
  return `${HEADER}.${CLAIMS}.${Buffer.from(bytes).toString('base64url')}`;
}

/** The text of a part with a member twice, or with other text that `JSON.stringify` does not write. */
export function headerText(text: string): string {
  return signedParts(encoded(text), CLAIMS);
}

export function claimsText(text: string): string {
  return signedParts(HEADER, encoded(text));
}

export function rawPart(...bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Own members before the valid ones, as text. */
export function claimsWith(members: string): string {
  return claimsText(`{${members},${JSON.stringify(claims()).slice(1)}`);
}

export const each = <T>(
  values: readonly T[],
  what: (value: T) => string,
  token: (value: T) => string | Promise<string>,
): ForgedTokens['rows'] => values.map((value) => [what(value), token(value)]);
