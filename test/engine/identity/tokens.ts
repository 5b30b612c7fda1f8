import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';
import type { Issuer } from '../../../src/engine/identity/issuer.ts';
import type { JsonObject } from '../../../src/engine/request/attributes.ts';

/** The clock of the tests: 2026-06-01T12:00:00Z. */
export const NOW = Date.UTC(2026, 5, 1, 12);
export const NOW_SECONDS = NOW / 1000;

/** Created once, since RSA keys take long. */
export const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
export const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
export const EC_NEXT = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
export const ED = generateKeyPairSync('ed25519').privateKey;

/** The public JWK of a private key. */
export function publicJwk(key: KeyObject, members: JsonObject = {}): JsonObject {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return {
    ...Object.fromEntries(Object.entries(jwk).map(([name, value]) => [name, String(value)])),
    ...members,
  };
}

/** A JWK Set. */
export function jwks(...keys: readonly JsonObject[]): JsonObject {
  return { keys };
}

export const REFRESH = { interval: 300_000, cooldown: 30_000, timeout: 2_000, maxStale: 86_400_000 };

/** An Issuer document with the defaults of the language, one EC key inline. */
export function issuerOf(members: Partial<Issuer> = {}): Issuer {
  return {
    name: 'acme',
    issuer: 'https://login.acme.example',
    tenants: undefined,
    trustDomain: undefined,
    paddedBase64: false,
    audiences: ['orders'],
    anyAudience: false,
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    keys: { kind: 'inline', jwks: jwks(publicJwk(EC, { kid: 'ec' })) },
    from: [{ header: 'authorization', prefix: 'Bearer ' }],
    clockSkew: 30_000,
    maxAge: undefined,
    requireExpiry: true,
    forward: true,
    requireClaims: [],
    claims: [],
    types: undefined,
    scopesClaim: 'scope',
    audienceClaim: 'aud',
    rolesPath: [],
    preset: undefined,
    ...members,
  };
}

/** Valid claims for `issuerOf()`; a member that is undefined is left out. */
export function claimsOf(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const claims = {
    iss: 'https://login.acme.example',
    aud: 'orders',
    sub: 'checkout',
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 3600,
    ...members,
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

/** A token of an honest issuer, signed with `EC` and `kid: ec` by default. */
export function signed(
  claims: unknown = claimsOf(),
  header: { readonly alg?: string; readonly [name: string]: unknown } = {},
  key: KeyObject = EC,
): Promise<string> {
  const payload = new TextEncoder().encode(typeof claims === 'string' ? claims : JSON.stringify(claims));
  const entries = Object.entries({ kid: 'ec', ...header }).filter(([, value]) => value !== undefined);
  const protectedHeader = { alg: 'ES256', ...Object.fromEntries(entries) };
  return new CompactSign(payload).setProtectedHeader(protectedHeader).sign(key);
}

/** Base64url of a text, or of a value's JSON. */
export function encoded(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** A token with arbitrary bytes as its signature. */
export function forged(
  header: unknown,
  claims: unknown = claimsOf(),
  signature = encoded('x'.repeat(64)),
): string {
  return `${encoded(header)}.${encoded(claims)}.${signature}`;
}

/** A token signed with HMAC-SHA-256, whatever its `alg` is. */
export function macSigned(header: unknown, secret: string | Buffer, claims: unknown = claimsOf()): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
