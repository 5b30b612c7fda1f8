import type { JsonObject, JsonValue, Timestamp } from '../request/attributes.ts';
import { isJsonObject } from '../request/json-value.ts';
import { algorithmProperties } from './algorithms.ts';
import { hasClaim } from './claim-test.ts';
import type { Issuer } from './issuer.ts';
import { isTexts, type Jwt, memberOf } from './jwt.ts';
import type { TokenDenial, TokenReason, VerifiedToken } from './verified-token.ts';

/** Checks the protected header before any key is looked up; undefined if the issuer accepts it. */
export function checkHeader(jwt: Jwt, issuer: Issuer): TokenDenial | undefined {
  const properties = algorithmProperties(jwt.alg);
  const accepted = properties !== undefined && issuer.algorithms.includes(jwt.alg);
  // Every reader of a published symmetric key could sign with it.
  if (!accepted || (properties.symmetric && issuer.keys.kind !== 'inline')) {
    return tokenDenial(
      'token_bad_algorithm',
      'the token is signed with an algorithm that its issuer is not expected to use',
    );
  }
  if (!acceptsType(jwt.typ, issuer.types))
    return tokenDenial('token_wrong_type', '`typ` of the token is not accepted here');
  return undefined;
}

/**
 * Checks the claims of a token with a valid signature that do not depend on the time: the audience, then the required
 * claims. Undefined if the issuer accepts them. `checkTimes` comes first.
 */
export function checkClaims(jwt: Jwt, issuer: Issuer): TokenDenial | undefined {
  return checkAudience(jwt, issuer) ?? checkRequired(jwt, issuer);
}

/** The times of a token, milliseconds since 1970; undefined if it has none. */
export interface TokenTimes {
  readonly exp: number | undefined;
  readonly nbf: number | undefined;
  readonly iat: number | undefined;
}

export function timesOf({ claims }: Jwt): TokenTimes {
  return {
    exp: millisOf(memberOf(claims, 'exp')),
    nbf: millisOf(memberOf(claims, 'nbf')),
    iat: millisOf(memberOf(claims, 'iat')),
  };
}

/** The token as expressions see it. Only for a token that passed every check. */
export function verifiedToken(jwt: Jwt, issuer: Issuer): VerifiedToken {
  const subject = memberOf(jwt.claims, 'sub');
  const expiry = memberOf(jwt.claims, 'exp');
  return Object.freeze({
    issuerName: issuer.name,
    issuer: jwt.iss ?? issuer.issuer,
    tenant: (jwt.iss === undefined ? undefined : issuer.tenants?.get(jwt.iss)) ?? '',
    subject: typeof subject === 'string' ? subject : '',
    audiences: audiencesOf(jwt, issuer),
    scopes: scopesOf(memberOf(jwt.claims, issuer.scopesClaim)),
    roles: rolesOf(jwt.claims, issuer.rolesPath),
    expiresAt:
      typeof expiry === 'number' || typeof expiry === 'bigint' ? timestampOf(Number(expiry)) : undefined,
    withheld: issuer.forward ? undefined : issuer.from,
    claims: jwt.claims,
    header: jwt.header,
  });
}

/** A denial with a sentence for the caller, which may name a claim and never shows a value. */
export function tokenDenial(reason: TokenReason, detail: string): TokenDenial {
  return { reason, detail };
}

/** Compares `typ` without regard to case, with or without `application/` (RFC 7515 section 4.1.9). */
function acceptsType(typ: string | undefined, types: readonly string[] | undefined): boolean {
  if (typ === undefined) return types === undefined;
  return (types ?? ['JWT', 'at+jwt']).some((type) => mediaType(type) === mediaType(typ));
}

function mediaType(type: string): string {
  const lower = type.toLowerCase();
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower;
}

/** Checks the times of a token at `now`, milliseconds since 1970. Undefined if the issuer accepts them. */
export function checkTimes(
  { exp, nbf, iat }: TokenTimes,
  issuer: Issuer,
  now: number,
): TokenDenial | undefined {
  const skew = issuer.clockSkew;
  if (exp === undefined && issuer.requireExpiry)
    return tokenDenial('token_claim_missing', 'the token has no `exp`');
  if (exp !== undefined && now >= exp + skew) return tokenDenial('token_expired', 'the token has expired');
  if (nbf !== undefined && now < nbf - skew)
    return tokenDenial('token_not_yet_valid', 'the token is not valid yet (`nbf`)');
  if (iat !== undefined && now < iat - skew) {
    return tokenDenial('token_not_yet_valid', 'the token says that it was issued in the future (`iat`)');
  }
  if (issuer.maxAge === undefined) return undefined;
  if (iat === undefined)
    return tokenDenial('token_claim_missing', 'the token has no `iat`, which its age is counted from');
  if (now > iat + issuer.maxAge + skew)
    return tokenDenial('token_too_old', 'the token was issued too long ago');
  return undefined;
}

function checkAudience(jwt: Jwt, issuer: Issuer): TokenDenial | undefined {
  if (issuer.anyAudience) return undefined;
  const audiences = audiencesOf(jwt, issuer);
  if (audiences.some((audience) => issuer.audiences.includes(audience))) return undefined;
  const detail = `the token is for another audience (\`${issuer.audienceClaim}\`)`;
  return tokenDenial('token_wrong_audience', detail);
}

/** A claim that is `null` counts as absent. */
function checkRequired({ claims }: Jwt, issuer: Issuer): TokenDenial | undefined {
  const missing = issuer.requireClaims.find((name) => (memberOf(claims, name) ?? null) === null);
  if (missing !== undefined)
    return tokenDenial('token_claim_missing', `the token has no \`${missing}\` claim`);
  const unmet = issuer.claims.find((test) => !hasClaim(claims, test));
  return unmet === undefined
    ? undefined
    : tokenDenial('token_claim_missing', `the \`${unmet.name}\` claim of the token is not accepted here`);
}

/** Text or a list of texts; none for any other value, which only a claim other than `aud` can have. */
function audiencesOf({ claims }: Jwt, { audienceClaim }: Issuer): readonly string[] {
  const audience = memberOf(claims, audienceClaim);
  if (typeof audience === 'string') return [audience];
  return isTexts(audience) ? audience : [];
}

/** Roles at a path of nested claims: a text is one role, and elements of a list that are not text are left out. */
function rolesOf(claims: JsonObject, path: readonly string[]): readonly string[] {
  if (path.length === 0) return NO_ROLES;
  let value: JsonValue | undefined = claims;
  for (const name of path) {
    if (!isJsonObject(value)) return NO_ROLES;
    value = memberOf(value, name);
  }
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((role) => typeof role === 'string') : NO_ROLES;
}

const NO_ROLES: readonly string[] = Object.freeze([]);

/** Scopes of a space-separated text (RFC 8693 section 4.2) or of a list; elements that are not text are left out. */
function scopesOf(claim: JsonValue | undefined): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((scope) => scope !== '');
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}

function millisOf(claim: JsonValue | undefined): number | undefined {
  return typeof claim === 'number' || typeof claim === 'bigint' ? Number(claim) * 1000 : undefined;
}

/** The years 1 to 9999, the range of `google.protobuf.Timestamp`; a time outside it becomes its first or last second. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

function timestampOf(seconds: number): Timestamp {
  const whole = Math.floor(seconds);
  if (whole < FIRST_SECOND) return { seconds: FIRST_SECOND, nanos: 0 };
  if (whole > LAST_SECOND) return { seconds: LAST_SECOND, nanos: 0 };
  return { seconds: whole, nanos: Math.floor((seconds - whole) * 1e9) };
}
