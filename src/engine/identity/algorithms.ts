/** The signature algorithms (RFC 7518, RFC 8037, RFC 9864) that an Issuer may list, and the keys that fit them. */
export const ALGORITHMS = {
  RS256: { kty: 'RSA', symmetric: false },
  RS384: { kty: 'RSA', symmetric: false },
  RS512: { kty: 'RSA', symmetric: false },
  PS256: { kty: 'RSA', symmetric: false },
  PS384: { kty: 'RSA', symmetric: false },
  PS512: { kty: 'RSA', symmetric: false },
  ES256: { kty: 'EC', crv: 'P-256', symmetric: false },
  ES384: { kty: 'EC', crv: 'P-384', symmetric: false },
  ES512: { kty: 'EC', crv: 'P-521', symmetric: false },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', symmetric: false },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', symmetric: false },
  HS256: { kty: 'oct', symmetric: true, bytes: 32 },
  HS384: { kty: 'oct', symmetric: true, bytes: 48 },
  HS512: { kty: 'oct', symmetric: true, bytes: 64 },
} as const satisfies Record<string, AlgorithmProperties>;

export type Algorithm = keyof typeof ALGORITHMS;

export interface AlgorithmProperties {
  readonly kty: string;
  readonly crv?: string;
  readonly symmetric: boolean;
  /** Minimum bytes of a symmetric key (RFC 7518 section 3.2). */
  readonly bytes?: number;
}

/** Algorithms of an Issuer that lists none. */
export const DEFAULT_ALGORITHMS: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

export function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(ALGORITHMS, name);
}

/** Properties of an algorithm; undefined for any other name, `none` included. */
export function algorithmProperties(name: string): AlgorithmProperties | undefined {
  return isAlgorithm(name) ? ALGORITHMS[name] : undefined;
}
