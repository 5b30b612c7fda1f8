import {
  claimsOf,
  EC,
  EC_NEXT,
  encoded,
  forged,
  macSigned,
  publicJwk,
  signed,
} from '../engine/identity/tokens.ts';
import { secret } from '../support/secrets.ts';

/** The key set of the issuer `acme` in `policies/`. */
export const ACME_JWKS = JSON.stringify({ keys: [publicJwk(EC, { kid: 'ec', alg: 'ES256' })] });

const HOUR = 3600;
const seconds = (): number => Math.floor(Date.now() / 1000);
type Claims = Readonly<Record<string, unknown>>;

function claims(members: Claims = {}): Claims {
  const now = seconds();
  return claimsOf({ iat: now, exp: now + HOUR, tenant: 'acme', ...members });
}

/** Tokens of callers by their defect. Each call creates a new token. */
export const TOKENS = {
  good: () => signed(claims()),
  ofAnotherTenant: () => signed(claims({ tenant: 'globex' })),
  expired: () => signed(claims({ iat: seconds() - 1800, exp: seconds() - 60 })),
  notYetValid: () => signed(claims({ nbf: seconds() + 600 })),
  issuedInTheFuture: () => signed(claims({ iat: seconds() + 600 })),
  tooOld: () => signed(claims({ iat: seconds() - 2 * HOUR })),
  withoutTenant: () => signed(claims({ tenant: undefined })),
  forAnotherAudience: () => signed(claims({ aud: 'payments' })),
  ofAnUnknownIssuer: () => signed(claims({ iss: 'https://evil.example' })),
  ofAnIssuerThatIsDown: () => signed(claims({ iss: 'https://down.acme.example' })),
  signedByAnother: () => signed(claims(), {}, EC_NEXT),
  withAnUnknownKey: () => signed(claims(), { kid: 'elsewhere' }),
  ofAnotherType: () => signed(claims(), { typ: 'secevent+jwt' }),
  withACritThatIsUnknown: async () => forged({ alg: 'ES256', kid: 'ec', crit: ['x'], x: 1 }, claims()),
  unsigned: async () => `${encoded({ alg: 'none' })}.${encoded(claims())}.`,
  signedWithThePublicKey: async () => macSigned({ alg: 'HS256', kid: 'ec' }, ACME_JWKS, claims()),
  boundToAnother: () => signed(claims({ cnf: { 'x5t#S256': 'A'.repeat(43) } })),
  garbage: async () => secret('this-is.no-token.at-all'),
  tooLarge: () => signed(claims({ filler: 'f'.repeat(17 * 1024) })),
} as const satisfies Record<string, () => Promise<string>>;

/** A token that is bound to the certificate with this thumbprint. */
export function boundTo(thumbprint: string): Promise<string> {
  return signed(claims({ cnf: { 'x5t#S256': thumbprint } }));
}

export type TokenName = keyof typeof TOKENS;
