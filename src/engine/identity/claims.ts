import type { JsonValue, Timestamp } from '../request/attributes.ts';
import { algorithmProperties } from './algorithms.ts';
import type { Issuer } from './issuer.ts';
import { isTexts, type Jwt, memberOf } from './jwt.ts';
import type { TokenDenial, TokenReason, VerifiedToken } from './verified-token.ts';

/** What is wrong with the protected header for this issuer, before any key is looked for. */
export function checkHeader(jwt: Jwt, issuer: Issuer): TokenDenial | undefined {
  const facts = algorithmProperties(jwt.alg);
  const accepted = facts !== undefined && issuer.algorithms.includes(jwt.alg);
  // A symmetric key that is served to everybody would let everybody sign.
  if (!accepted || (facts.symmetric && issuer.keys.kind !== 'inline')) {
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
 * What is wrong with the claims of a token whose signature holds, at `now` (milliseconds since 1970): times first,
 * then the audience, then the claims that must be there.
 */
export function checkClaims(jwt: Jwt, issuer: Issuer, now: number): TokenDenial | undefined {
  return judgeTimes(jwt, issuer, now) ?? judgeAudience(jwt, issuer) ?? judgeRequired(jwt, issuer);
}

/** The token as expressions see it. Only for one that passed every check. */
export function verifiedToken(jwt: Jwt, issuer: Issuer): VerifiedToken {
  const subject = memberOf(jwt.claims, 'sub');
  const expiry = memberOf(jwt.claims, 'exp');
  return Object.freeze({
    issuerName: issuer.name,
    issuer: issuer.issuer,
    subject: typeof subject === 'string' ? subject : '',
    audiences: audiencesOf(jwt),
    scopes: scopesOf(memberOf(jwt.claims, issuer.scopesClaim)),
    expiresAt: typeof expiry === 'number' ? timestampOf(expiry) : undefined,
    claims: jwt.claims,
    header: jwt.header,
  });
}

/** A refusal with its sentence for the caller, which names a claim at most and never a value. */
export function tokenDenial(reason: TokenReason, detail: string): TokenDenial {
  return { reason, detail };
}

/** `typ` without regard to case, with or without `application/` (RFC 7515 section 4.1.9). */
function acceptsType(typ: string | undefined, types: readonly string[] | undefined): boolean {
  if (typ === undefined) return types === undefined;
  return (types ?? ['JWT', 'at+jwt']).some((type) => mediaType(type) === mediaType(typ));
}

function mediaType(type: string): string {
  const lower = type.toLowerCase();
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower;
}

function judgeTimes({ claims }: Jwt, issuer: Issuer, now: number): TokenDenial | undefined {
  const skew = issuer.clockSkew;
  const exp = millisOf(memberOf(claims, 'exp'));
  const nbf = millisOf(memberOf(claims, 'nbf'));
  const iat = millisOf(memberOf(claims, 'iat'));
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
    return tokenDenial('token_claim_missing', 'the token has no `iat`, by which its age is judged');
  if (now > iat + issuer.maxAge + skew)
    return tokenDenial('token_too_old', 'the token was issued too long ago');
  return undefined;
}

function judgeAudience(jwt: Jwt, issuer: Issuer): TokenDenial | undefined {
  if (issuer.anyAudience) return undefined;
  const audiences = audiencesOf(jwt);
  if (audiences.some((audience) => issuer.audiences.includes(audience))) return undefined;
  return tokenDenial('token_wrong_audience', 'the token is for another audience (`aud`)');
}

/** A claim that is `null` says nothing, as if it were absent. */
function judgeRequired({ claims }: Jwt, issuer: Issuer): TokenDenial | undefined {
  const missing = issuer.requireClaims.find((name) => (memberOf(claims, name) ?? null) === null);
  return missing === undefined
    ? undefined
    : tokenDenial('token_claim_missing', `the token has no \`${missing}\` claim`);
}

function audiencesOf({ claims }: Jwt): readonly string[] {
  const audience = memberOf(claims, 'aud');
  if (typeof audience === 'string') return [audience];
  return isTexts(audience) ? audience : [];
}

/** Space-separated text (RFC 8693 section 4.2) or a list; what is no text in a list is left out. */
function scopesOf(claim: JsonValue | undefined): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((scope) => scope !== '');
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}

function millisOf(claim: JsonValue | undefined): number | undefined {
  return typeof claim === 'number' ? claim * 1000 : undefined;
}

/** Years 1 to 9999, as `google.protobuf.Timestamp` has them; what lies outside is moved to the edge. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

function timestampOf(seconds: number): Timestamp {
  const whole = Math.floor(seconds);
  if (whole < FIRST_SECOND) return { seconds: FIRST_SECOND, nanos: 0 };
  if (whole > LAST_SECOND) return { seconds: LAST_SECOND, nanos: 0 };
  return { seconds: whole, nanos: Math.floor((seconds - whole) * 1e9) };
}
