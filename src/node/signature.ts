import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import type { Algorithm } from '../engine/identity/algorithms.ts';

/** Signature of a token, and the bytes that it signs (RFC 7515 section 5.2). */
interface Signed {
  readonly input: Buffer;
  readonly signature: Buffer;
}

/** Longest RSA key in bits, and its largest exponent, whose check costs less than handing it to another thread and back. */
const QUICK_MODULUS_BITS = 3072;
const QUICK_EXPONENT = 65_537n;

/** Checks of signatures by one key, ready for each algorithm that the key is for. */
export interface KeyChecks {
  /**
   * True if the checks run on the thread pool: with curves, and RSA keys that are long or have a large exponent, they take
   * 0.1 to 2 milliseconds, in which this thread can make many decisions.
   */
  readonly isSlow: boolean;
  /**
   * True if the key signed `jws`, a token in compact form, with the algorithm. A promise for a slow key. Throws if the
   * key is not for the algorithm, which is a fault of the caller of this function.
   */
  verify(jws: string, algorithm: string): boolean | Promise<boolean>;
}

/** Checks by a public or a secret key. */
export function keyChecks(key: KeyObject): KeyChecks {
  const isSlow = isSlowKey(key);
  const checks = new Map<string, Check>();
  for (const [name, { kind, check }] of Object.entries(SCHEMES)) {
    if (kind === kindOf(key)) checks.set(name, check);
  }
  return {
    isSlow,
    verify(jws, algorithm) {
      const check = checks.get(algorithm);
      if (check === undefined) throw new Error(`the key is not for the algorithm ${algorithm}`);
      const end = jws.lastIndexOf('.');
      // The input is ASCII: base64url and one dot.
      const input = Buffer.from(jws.slice(0, end), 'latin1');
      return check({ input, signature: Buffer.from(jws.slice(end + 1), 'base64url') }, key, isSlow);
    },
  };
}

function isSlowKey({ type, asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (type === 'secret') return false;
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  return asymmetricKeyType !== 'rsa' || modulusLength > QUICK_MODULUS_BITS || publicExponent > QUICK_EXPONENT;
}

type Check = (signed: Signed, key: KeyObject, isSlow: boolean) => boolean | Promise<boolean>;

/** Kinds of keys, by the names that OpenSSL has for them and for the curves of RFC 7518 section 6.2.1.1. */
type Kind = 'secret' | 'rsa' | 'ed25519' | 'prime256v1' | 'secp384r1' | 'secp521r1';

/** The kind of a public or secret key. A private key verifies nothing. */
function kindOf({ type, asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (type !== 'public') return type === 'secret' ? 'secret' : undefined;
  return asymmetricKeyType === 'ec' ? asymmetricKeyDetails?.namedCurve : asymmetricKeyType;
}

/** The algorithms of RFC 7518 section 3, RFC 8037 and RFC 9864. */
const SCHEMES: Readonly<Record<Algorithm, { readonly kind: Kind; readonly check: Check }>> = {
  RS256: { kind: 'rsa', check: rsa('sha256') },
  RS384: { kind: 'rsa', check: rsa('sha384') },
  RS512: { kind: 'rsa', check: rsa('sha512') },
  PS256: { kind: 'rsa', check: rsaPss('sha256') },
  PS384: { kind: 'rsa', check: rsaPss('sha384') },
  PS512: { kind: 'rsa', check: rsaPss('sha512') },
  ES256: { kind: 'prime256v1', check: ecdsa('sha256', 32) },
  ES384: { kind: 'secp384r1', check: ecdsa('sha384', 48) },
  ES512: { kind: 'secp521r1', check: ecdsa('sha512', 66) },
  EdDSA: { kind: 'ed25519', check: ed25519 },
  Ed25519: { kind: 'ed25519', check: ed25519 },
  HS256: { kind: 'secret', check: hmac('sha256') },
  HS384: { kind: 'secret', check: hmac('sha384') },
  HS512: { kind: 'secret', check: hmac('sha512') },
};

function rsa(digest: string): Check {
  return ({ input, signature }, key, isSlow) => checked(digest, input, key, signature, isSlow);
}

/** The salt is as long as the digest (RFC 7518 section 3.5). */
function rsaPss(digest: string): Check {
  const scheme = {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  return ({ input, signature }, key, isSlow) => checked(digest, input, { key, ...scheme }, signature, isSlow);
}

/** Each half of a signature has the bytes of a coordinate (RFC 7518 section 3.4). */
function ecdsa(digest: string, coordinate: number): Check {
  return ({ input, signature }, key) => {
    if (signature.length !== 2 * coordinate) return false;
    return checked(digest, input, key, derSignature(signature, coordinate), true);
  };
}

function ed25519({ input, signature }: Signed, key: KeyObject): boolean | Promise<boolean> {
  return checked(null, input, key, signature, true);
}

function hmac(digest: string): Check {
  return ({ input, signature }, key) => {
    const expected = createHmac(digest, key).update(input).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  };
}

type VerifyKey = Parameters<typeof verify>[2];

function checked(
  digest: string | null,
  input: Buffer,
  key: VerifyKey,
  signature: Buffer,
  isSlow: boolean,
): boolean | Promise<boolean> {
  if (!isSlow) return verify(digest, input, key, signature);
  return new Promise((resolve, reject) => {
    verify(digest, input, key, signature, (error, isValid) => {
      if (error === null) resolve(isValid);
      else reject(error);
    });
  });
}

/**
 * The signature as ASN.1 (`SEQUENCE { INTEGER r, INTEGER s }`), which OpenSSL takes. Its own conversion, which Node
 * offers as `ieee-p1363`, costs a quarter of a whole check with P-256.
 */
function derSignature(signature: Buffer, coordinate: number): Buffer {
  const body = Buffer.concat([
    derInteger(signature.subarray(0, coordinate)),
    derInteger(signature.subarray(coordinate)),
  ]);
  // Only P-521 has more than 127 bytes.
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length];
  return Buffer.concat([Buffer.from([0x30, ...length]), body]);
}

/** A number that is not negative: as short as possible, and with a zero before a first bit that is set. */
function derInteger(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([0x02, digits.length + sign.length, ...sign]), digits]);
}
