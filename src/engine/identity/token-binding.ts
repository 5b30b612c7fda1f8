import type { JsonObject } from '../request/attributes.ts';
import { isJsonObject } from '../request/json-value.ts';
import { tokenDenial } from './claims.ts';
import { memberOf } from './jwt.ts';
import type { TokenDenial } from './verified-token.ts';

/**
 * The denial of a token that is not bound to a certificate (RFC 8705, section 3.1); undefined if `x5t#S256` of its `cnf`
 * is the digest of exactly this one. `digest` is the SHA-256 of the DER in hex; empty: there is no certificate.
 */
export function bindingDenial(claims: JsonObject, digest: string): TokenDenial | undefined {
  const confirmation = memberOf(claims, 'cnf');
  const bound = isJsonObject(confirmation) ? memberOf(confirmation, 'x5t#S256') : undefined;
  if (typeof bound !== 'string') return UNBOUND;
  if (digest === '') return NO_CERTIFICATE;
  return bound === thumbprintOf(digest) ? undefined : ANOTHER;
}

const UNBOUND = tokenDenial(
  'token_not_bound',
  'the token must be bound to a client certificate (`cnf` with `x5t#S256`)',
);

const NO_CERTIFICATE = tokenDenial(
  'token_not_bound',
  'the token is bound to a client certificate, and none is known for this request',
);

const ANOTHER = tokenDenial('token_not_bound', 'the token is bound to another client certificate');

const DIGEST = /^[0-9A-Fa-f]{64}$/;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * A SHA-256 in hex as base64url without padding, the only form of `x5t#S256` (RFC 7515, section 4.1.8); undefined for
 * any other text.
 */
export function thumbprintOf(digest: string): string | undefined {
  if (!DIGEST.test(digest)) return undefined;
  let text = '';
  // Six digits are four characters; the last four are filled up with two zero bits.
  for (let at = 0; at < 60; at += 6) {
    const bits = Number.parseInt(digest.slice(at, at + 6), 16);
    text += sextet(bits >> 18) + sextet(bits >> 12) + sextet(bits >> 6) + sextet(bits);
  }
  const bits = Number.parseInt(digest.slice(60), 16) << 2;
  return text + sextet(bits >> 12) + sextet(bits >> 6) + sextet(bits);
}

function sextet(bits: number): string {
  return BASE64URL.charAt(bits & 63);
}
