import {
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { CompactSign } from 'jose';
import { ALGORITHMS, type Algorithm, isAlgorithm } from '../../engine/identity/algorithms.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { KeyProvider, KeysNow } from '../../engine/identity/keys.ts';
import type { VerificationKey } from '../../engine/identity/verification-key.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { jsonText } from '../../engine/request/json-value.ts';
import { importedKey } from '../../node/crypto.ts';

/** Keys in place of those of every issuer, so that tests of policies can sign tokens. */
export interface ThrowawayKeys extends KeyProvider {
  /** A token of `issuer` with exactly these claims; `header` is added to `alg`, `kid` and `typ` or replaces them, null leaves one out. */
  sign(issuer: Issuer, claims: JsonObject, header?: JsonObject): Promise<string>;
}

/** Making an elliptic key takes microseconds, an RSA key a tenth of a second. */
const QUICKEST: readonly Algorithm[] = ['ES256', 'EdDSA', 'Ed25519', 'ES384', 'ES512'];

interface ThrowawayKey {
  readonly algorithm: Algorithm;
  readonly signing: KeyObject;
  readonly verification: VerificationKey;
  readonly now: KeysNow;
}

/** Made once in a process, by issuer name and algorithm. */
const made = new Map<string, ThrowawayKey>();

/** A verifier with these keys trusts what they sign and nothing else. */
export function createThrowawayKeys(): ThrowawayKeys {
  return {
    of: (issuer) => keyOf(issuer).now,
    refetch: () => undefined,
    sign: async (issuer, claims, header = {}) => {
      const { algorithm, signing, verification } = keyOf(issuer);
      const typ = issuer.types?.[0];
      const protectedHeader = {
        kid: verification.kid ?? '',
        ...(typ === undefined ? {} : { typ }),
        ...header,
        alg: algorithm,
      };
      const sent = Object.entries(protectedHeader).filter(([, value]) => value !== null);
      const payload = new TextEncoder().encode(jsonText(claims));
      return new CompactSign(payload)
        .setProtectedHeader({ ...Object.fromEntries(sent), alg: algorithm })
        .sign(signing);
    },
  };
}

function keyOf(issuer: Issuer): ThrowawayKey {
  const algorithm = algorithmFor(issuer);
  const id = `${algorithm} ${issuer.name}`;
  let key = made.get(id);
  if (key === undefined) {
    key = makeKey(algorithm, issuer.name);
    made.set(id, key);
  }
  return key;
}

function algorithmFor({ algorithms }: Issuer): Algorithm {
  const known = algorithms.filter(isAlgorithm);
  return (
    QUICKEST.find((name) => known.includes(name)) ??
    known.find((name) => !ALGORITHMS[name].symmetric) ??
    known[0] ??
    'ES256'
  );
}

function makeKey(algorithm: Algorithm, name: string): ThrowawayKey {
  const signing = makeMaterial(algorithm);
  const key = importedKey(signing.type === 'private' ? createPublicKey(signing) : signing);
  const kid = `throwaway-${name}`;
  const verification: VerificationKey = {
    kid,
    algorithms: new Set([algorithm]),
    key,
    identity: `${algorithm} ${kid}`,
  };
  return { algorithm, signing, verification, now: { keys: [verification], failing: false } };
}

function makeMaterial(algorithm: Algorithm): KeyObject {
  const facts = ALGORITHMS[algorithm];
  switch (facts.kty) {
    case 'EC':
      return generateKeyPairSync('ec', { namedCurve: facts.crv }).privateKey;
    case 'OKP':
      return generateKeyPairSync('ed25519').privateKey;
    case 'RSA':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    case 'oct':
      return createSecretKey(randomBytes(facts.bytes));
    default:
      return facts satisfies never;
  }
}
