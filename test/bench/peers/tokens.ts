import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { AUDIENCE, ISSUER } from './policies.ts';

type Algorithm = 'RS256' | 'ES256';
type Claims = Readonly<Record<string, unknown>>;

/** The keys of the issuer, made for one run. */
export interface TokenKeys {
  /** The public keys as a JSON Web Key Set. */
  readonly jwks: string;
  /** A token with the usual claims, in which `claims` replaces some. */
  sign(algorithm: Algorithm, claims?: Claims): string;
}

/** An RSA key of 2048 bits and one on P-256. */
export function createTokenKeys(): TokenKeys {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signing: Readonly<Record<Algorithm, KeyObject>> = { RS256: rsa.privateKey, ES256: ec.privateKey };
  return {
    jwks: JSON.stringify({ keys: [jwk(rsa.publicKey, 'RS256'), jwk(ec.publicKey, 'ES256')] }),
    sign: (algorithm, claims) => {
      const content = `${encoded({ alg: algorithm, typ: 'JWT', kid: algorithm })}.${encoded({ ...usualClaims(), ...claims })}`;
      const key = { key: signing[algorithm], dsaEncoding: 'ieee-p1363' } as const;
      return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
    },
  };
}

/** The token with another subject and the old signature. */
export function tampered(token: string): string {
  const [head, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  return [head, encoded({ ...claims, sub: 'admin' }), signature].join('.');
}

/** The token with the algorithm `none` and no signature. */
export function unsigned(token: string): string {
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1] ?? ''}.`;
}

function jwk(key: KeyObject, algorithm: Algorithm): Claims {
  return { ...key.export({ format: 'jwk' }), kid: algorithm, alg: algorithm, use: 'sig' };
}

function usualClaims(): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'user-7f3a9c1e',
    azp: 'web-frontend',
    iat: now - 60,
    nbf: now - 60,
    exp: now + 86_400,
    jti: '0b5c9c5e-6a1e-4c57-9b57-0f6b6fbd8d11',
    scope: 'openid profile orders:read orders:write',
    email: 'alice@example.com',
    roles: ['customer', 'beta'],
    tenant: 'acme',
  };
}

function encoded(value: Claims): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
