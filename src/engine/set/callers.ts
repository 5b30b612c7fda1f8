import { type ClaimTest, hasClaims } from '../identity/claim-test.ts';
import { canonicalPrincipal, matchesPrincipal, type PrincipalPattern } from '../identity/principal.ts';
import type { VerifiedToken } from '../identity/verified-token.ts';

/** The callers that `from` and `except` of a policy or rule let through. */
export interface CallerCondition {
  /** A caller must match one of these; undefined: every caller does, an anonymous one included. */
  readonly from: readonly CallerEntry[] | undefined;
  /** A caller must match none of these. */
  readonly except: readonly CallerEntry[] | undefined;
  /** True if an entry of `from` names scopes. */
  readonly namesScopes: boolean;
}

/** One entry of `from` or `except`: a caller matches if all parts hold. An absent part (undefined) always holds. */
export interface CallerEntry {
  readonly principals: PrincipalSet | undefined;
  /** Names of Issuer documents, of which one must have issued the token. */
  readonly issuers: ReadonlySet<string> | undefined;
  /** Scopes that the token must all have. */
  readonly scopes: readonly string[] | undefined;
  /** Roles of which the token must have one. */
  readonly roles: readonly string[] | undefined;
  /** Claims that the token must all have. */
  readonly claims: readonly ClaimTest[] | undefined;
}

/**
 * The scopes with which the token would match an entry of `from`, of the first such entry. Undefined if something else
 * is lacking too, or `except` names the caller.
 */
export function scopesLacked(
  { from, except }: Pick<CallerCondition, 'from' | 'except'>,
  principal: string,
  token: VerifiedToken | undefined,
): readonly string[] | undefined {
  if (token === undefined || from === undefined) return undefined;
  if (except !== undefined && matchingEntry(except, principal, token) !== -1) return undefined;
  const entry = from.find(
    (each) =>
      unmetPart(each, principal, token) === 'scopes' &&
      unmetPart({ ...each, scopes: undefined }, principal, token) === undefined,
  );
  return entry?.scopes;
}

/** Principals by pattern, and by name in Datasets. */
export interface PrincipalSet {
  readonly patterns: readonly PrincipalPattern[];
  readonly datasets: readonly PrincipalDataset[];
}

export interface PrincipalDataset {
  /** Name of the Dataset document. */
  readonly name: string;
  /** `canonicalPrincipal` of each. */
  readonly principals: ReadonlySet<string>;
}

export type CallerPart = keyof CallerEntry;

/**
 * True if `from` names the caller and `except` does not. `principal` is empty without an authenticated peer, `token`
 * undefined without a verified one: they match nothing, and never fail.
 */
export function admitsCaller(
  { from, except }: Pick<CallerCondition, 'from' | 'except'>,
  principal: string,
  token: VerifiedToken | undefined,
): boolean {
  if (from !== undefined && matchingEntry(from, principal, token) === -1) return false;
  return except === undefined || matchingEntry(except, principal, token) === -1;
}

/** Index of the first entry that a caller matches; -1 if there is none. */
export function matchingEntry(
  entries: readonly CallerEntry[],
  principal: string,
  token: VerifiedToken | undefined,
): number {
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    if (entry !== undefined && unmetPart(entry, principal, token) === undefined) return index;
  }
  return -1;
}

/** The first part of an entry that a caller does not meet; undefined if the caller matches the entry. */
export function unmetPart(
  { principals, issuers, scopes, roles, claims }: CallerEntry,
  principal: string,
  token: VerifiedToken | undefined,
): CallerPart | undefined {
  if (principals !== undefined && !holdsPrincipal(principals, principal)) return 'principals';
  if (issuers !== undefined && (token === undefined || !issuers.has(token.issuerName))) return 'issuers';
  if (scopes !== undefined && (token === undefined || !hasScopes(token, scopes))) return 'scopes';
  if (roles !== undefined && (token === undefined || !hasRole(token, roles))) return 'roles';
  if (claims !== undefined && (token === undefined || !hasClaims(token.claims, claims))) return 'claims';
  return undefined;
}

/** True if the principal of an authenticated peer is in a set. The empty principal is in none. */
export function holdsPrincipal({ patterns, datasets }: PrincipalSet, principal: string): boolean {
  if (principal === '') return false;
  for (const pattern of patterns) if (matchesPrincipal(pattern, principal)) return true;
  if (datasets.length === 0) return false;
  const name = canonicalPrincipal(principal);
  for (const { principals } of datasets) if (principals.has(name)) return true;
  return false;
}

function hasScopes(token: VerifiedToken, scopes: readonly string[]): boolean {
  for (const scope of scopes) if (!token.scopes.includes(scope)) return false;
  return true;
}

function hasRole(token: VerifiedToken, roles: readonly string[]): boolean {
  for (const role of roles) if (token.roles.includes(role)) return true;
  return false;
}
