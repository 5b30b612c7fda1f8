import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { parseJson } from '../request/json.ts';
import { UNFIT_NUMBER } from '../request/json-number.ts';
import { isJsonObject } from '../request/json-value.ts';
import { utf8Text } from '../request/utf8.ts';
import type { CryptoProvider } from './crypto.ts';
import { looksLikeSpiffe, parseSpiffe } from './spiffe.ts';

/** A parsed token, not verified. */
export interface Jwt {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  /** undefined: the token has no `iss`. */
  readonly iss: string | undefined;
  /** Trust domain of the SPIFFE ID in `sub`; undefined if it has none. */
  readonly trustDomain: string | undefined;
  /** True if its parts have the padding that RFC 7515 leaves out. */
  readonly isPadded: boolean;
}

export type ReadJwt =
  | { readonly jwt: Jwt; readonly problem?: undefined }
  | { readonly problem: string; readonly jwt?: undefined };

/**
 * Parses a JWT in compact form (RFC 7515 section 7.1, RFC 7519 section 7.2) strictly: canonical base64url, UTF-8, no
 * duplicate member. The problem is a sentence for the caller, which shows nothing of the token. With `mayBePadded`, the
 * parts may have the whole padding of base64url.
 */
export function readJwt(text: string, crypto: CryptoProvider, mayBePadded = false): ReadJwt {
  const isPadded = mayBePadded && text.includes('=');
  const parts = isPadded ? text.split('.', 4).map(withoutPadding) : text.split('.', 4);
  const [encodedHeader, encodedClaims, signature] = parts;
  if (
    encodedHeader === undefined ||
    encodedClaims === undefined ||
    signature === undefined ||
    parts.length !== 3
  ) {
    return { problem: 'the token is not a signed JWT in compact form' };
  }
  if (crypto.decodeBase64url(signature) === undefined)
    return { problem: 'the signature of the token is not base64url' };
  const header = readObject(encodedHeader, crypto);
  if (!isJsonObject(header)) return { problem: `the header of the token is not a JSON object${header}` };
  const claims = readObject(encodedClaims, crypto);
  if (!isJsonObject(claims)) return { problem: `the claims of the token are not a JSON object${claims}` };
  const problem = headerProblem(header) ?? claimsProblem(claims);
  if (problem !== undefined) return { problem };
  const [alg, kid, typ] = ['alg', 'kid', 'typ'].map((name) => textMember(header, name));
  const subject = textMember(claims, 'sub');
  const trustDomain =
    subject !== undefined && looksLikeSpiffe(subject) ? parseSpiffe(subject)?.trustDomain : undefined;
  const iss = textMember(claims, 'iss');
  return { jwt: { header, claims, alg: alg ?? '', kid, typ, iss, trustDomain, isPadded } };
}

/** A part without its padding; one with less or more padding than it needs is returned with it. */
function withoutPadding(part: string): string {
  return part.length % 4 === 0 ? part.replace(/={1,2}$/, '') : part;
}

/** An own member of the object: `constructor` and the like are names as any other. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** No extension is supported, so that every `crit` is a problem (RFC 7515 section 4.1.11, RFC 7797 section 3). */
function headerProblem(header: JsonObject): string | undefined {
  if (Object.hasOwn(header, 'crit')) return 'the token has a `crit` header that is not understood';
  if (Object.hasOwn(header, 'b64')) return 'the token has a `b64` header, which is not accepted';
  if (typeof memberOf(header, 'alg') !== 'string') return 'the header of the token has no `alg`';
  for (const name of ['kid', 'typ']) {
    const value = memberOf(header, name);
    if (value !== undefined && typeof value !== 'string') return `\`${name}\` of the token must be text`;
  }
  return undefined;
}

/** Checks the types of the registered claims (RFC 7519 section 4.1). */
function claimsProblem(claims: JsonObject): string | undefined {
  for (const name of ['iss', 'sub', 'jti']) {
    const value = memberOf(claims, name);
    if (value !== undefined && typeof value !== 'string') return `\`${name}\` of the token must be text`;
  }
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = memberOf(claims, name);
    if (value !== undefined && typeof value !== 'bigint' && !Number.isFinite(value))
      return `\`${name}\` of the token must be a number`;
  }
  const audience = memberOf(claims, 'aud');
  const fits = audience === undefined || typeof audience === 'string' || isTexts(audience);
  return fits ? undefined : '`aud` of the token must be text or a list of texts';
}

/** True if the value is a list of texts. */
export function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function textMember(object: JsonObject, name: string): string | undefined {
  const value = memberOf(object, name);
  return typeof value === 'string' ? value : undefined;
}

/** The object; a text for the end of a sentence with the cause, perhaps empty, if it is not one. */
function readObject(encoded: string, crypto: CryptoProvider): JsonObject | string {
  const bytes = crypto.decodeBase64url(encoded);
  const text = bytes === undefined ? undefined : utf8Text(bytes);
  if (text === undefined) return '';
  const { value, fault } = parseJson(text);
  if (isJsonObject(value)) return value;
  // A number that does not fit is not a mistake of syntax, and would be hard to find.
  const isNumber = fault !== undefined && Object.values<string>(UNFIT_NUMBER).includes(fault.what);
  return isNumber ? `: it has ${fault.what}` : '';
}
