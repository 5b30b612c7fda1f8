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
  /**
   * A token of `issuer` with exactly these claims, signed by one of its keys; `header` is added to `alg`, `kid` and `typ`
   * or replaces them, null leaves one out.
   */
  sign(issuer: Issuer, claims: JsonObject, header?: JsonObject, key?: string): Promise<string>;
  /** Replaces the key sets of issuers: names of keys, or null for a set that cannot be fetched. Default: one key. */
  publish(sets: KeySets): void;
}

/** Names of the keys in the key set of each issuer; null: it cannot be fetched. */
type KeySets = ReadonlyMap<string, readonly string[] | null>;

/** The only key of an issuer, unless a test names others. */
const CURRENT = 'current';

/** Making an elliptic key takes microseconds, an RSA key a tenth of a second. */
const QUICKEST: readonly Algorithm[] = ['ES256', 'EdDSA', 'Ed25519', 'ES384', 'ES512'];

interface ThrowawayKey {
  readonly algorithm: Algorithm;
  readonly signing: KeyObject;
  readonly verification: VerificationKey;
}

/** Made once in a process, by issuer name, algorithm and name. */
const made = new Map<string, ThrowawayKey>();

/** A verifier with these keys trusts what they sign and nothing else. */
export function createThrowawayKeys(): ThrowawayKeys {
  let published: KeySets = new Map();
  const sets = new Map<string, KeysNow>();
  const setOf = (issuer: Issuer): KeysNow => {
    const named = published.get(issuer.name);
    if (named === null) return UNAVAILABLE;
    const names = named ?? [CURRENT];
    const id = [algorithmFor(issuer), issuer.name, ...names].join(' ');
    // The same set for the same keys, as between two fetches.
    const known = sets.get(id);
    if (known !== undefined) return known;
    const keys = names.map((name) => keyOf(issuer, name).verification);
    const set: KeysNow = { keys, failing: false };
    sets.set(id, set);
    return set;
  };
  return {
    of: setOf,
    refetch: () => undefined,
    publish: (replaced) => {
      published = replaced;
    },
    sign: async (issuer, claims, header = {}, name = CURRENT) => {
      const { algorithm, signing, verification } = keyOf(issuer, name);
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

const UNAVAILABLE: KeysNow = { keys: undefined, failing: true };

function keyOf(issuer: Issuer, name: string): ThrowawayKey {
  const algorithm = algorithmFor(issuer);
  const id = `${algorithm} ${issuer.name} ${name}`;
  let key = made.get(id);
  if (key === undefined) {
    key = makeKey(algorithm, name === CURRENT ? issuer.name : `${issuer.name}-${name}`);
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
    issuer: undefined,
    identity: `${algorithm} ${kid}`,
  };
  return { algorithm, signing, verification };
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
