/**
 * The cryptography of the platform. `src/node/crypto.ts` is the one over `node:crypto`. Everything is synchronous, so
 * that a token that was verified before is answered at once; only `verify` may return a promise, as WebCrypto does.
 */
export interface CryptoProvider {
  /** SHA-256 of the text in UTF-8, as base64url. */
  sha256(text: string): string;
  /** Bytes of base64url without padding (RFC 7515 section 2); undefined for any text but the canonical one. */
  decodeBase64url(text: string): Uint8Array | undefined;
  /**
   * Imports a key; undefined if it is broken. WebCrypto imports asynchronously: an implementation over it checks the
   * members here and imports the key when it first verifies.
   */
  importKey(key: KeyMembers): ImportedKey | undefined;
  /** Reads the first certificate of a text in PEM; undefined if there is none or it is broken. */
  readX509(pem: string): X509 | undefined;
  /**
   * The certificates of a chain in PEM: the first, and each next one as long as its key has signed the one before.
   * Undefined if one of them is broken, or if there are more than `most`.
   */
  readChain(pem: string, most: number): readonly X509[] | undefined;
}

/** The members of a JWK that make a public key, or a secret one (RFC 7518 section 6, RFC 8037 section 2). */
export type KeyMembers =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string }
  | { readonly kty: 'oct'; readonly k: string };

/** A key that only the platform can look into. */
export interface ImportedKey {
  /** Bits of the modulus of an RSA key; undefined for any other. */
  readonly modulusBits: number | undefined;
  /** Bytes of a secret key; undefined for any other. */
  readonly secretBytes: number | undefined;
  /** True if `verify` works on another thread and returns a promise. */
  readonly isSlow: boolean;
  /**
   * True if the key signed `jws` (in compact form, RFC 7515 section 7.1) with `algorithm`. Keys in the header (`jwk`,
   * `jku`, `x5c`, `x5u`) are not used. Fails only for a fault of our own, never for what is in `jws`.
   */
  verify(jws: string, algorithm: string): boolean | Promise<boolean>;
}

/** A certificate. */
export interface X509 {
  /** Its own bytes, which are DER. */
  readonly der: Uint8Array;
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
}
