import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { ALGORITHMS, type AlgorithmFacts, algorithmFacts } from './algorithms.ts';
import type { VerificationKey } from './keys.ts';

/** Something about a key set that its author should know. */
export interface KeyProblem {
  /** JSON pointer into the key set. */
  readonly pointer: string;
  /** `error`: the key is not used. `warning`: it is none that could be used here, which is fine in itself. */
  readonly severity: 'error' | 'warning';
  /** One lower-case sentence without a full stop, without key material. */
  readonly message: string;
}

export interface CompiledKeys {
  readonly keys: readonly VerificationKey[];
  readonly problems: readonly KeyProblem[];
}

const MAX_KEYS = 1000;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16384;
/** Members that hold a private key (RFC 7518 section 6, RFC 8037 section 2). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'];

/**
 * The keys of a JWK Set (RFC 7517) that can verify tokens signed with one of `algorithms`. Symmetric keys count
 * only when `algorithms` holds a symmetric algorithm, so that a fetched set can never bring one.
 */
export function compileKeys(jwks: JsonValue, algorithms: readonly string[]): CompiledKeys {
  const list = isJsonObject(jwks) && Object.hasOwn(jwks, 'keys') ? jwks['keys'] : undefined;
  if (!isJsonList(list)) return refused('', 'a key set is an object with a list `keys`');
  if (list.length > MAX_KEYS) return refused('/keys', `a key set holds at most ${MAX_KEYS} keys`);
  const keys: VerificationKey[] = [];
  const problems: KeyProblem[] = [];
  for (const [i, jwk] of list.entries()) {
    const result = compileKey(jwk, algorithms);
    const problem = typeof result === 'object' && 'message' in result ? result : duplicate(result, keys);
    if (problem !== undefined) problems.push({ pointer: `/keys/${i}`, ...problem });
    else if (result !== 'not for signatures' && !('message' in result)) keys.push(result);
  }
  if (keys.length === 0 && !problems.some(({ severity }) => severity === 'error')) {
    problems.push({ pointer: '/keys', ...error('no key of the set can verify a signature') });
  }
  return { keys, problems };
}

type Trouble = Omit<KeyProblem, 'pointer'>;

function compileKey(
  jwk: JsonValue,
  algorithms: readonly string[],
): VerificationKey | Trouble | 'not for signatures' {
  if (!isJsonObject(jwk)) return error('a key is an object');
  const member = (name: string): JsonValue | undefined => (Object.hasOwn(jwk, name) ? jwk[name] : undefined);
  if (!forSignatures(member('use'), member('key_ops'))) return 'not for signatures';
  const kty = member('kty');
  const kid = member('kid');
  if (typeof kty !== 'string') return error('the key has no `kty`');
  if (kid !== undefined && typeof kid !== 'string') return error('`kid` must be text');
  if (kty !== 'oct' && PRIVATE_MEMBERS.some((name) => member(name) !== undefined)) {
    return error(
      'this is a private key; publish only the public one, and replace this key since others have seen it',
    );
  }
  if (kty === 'oct' && !algorithms.some((name) => algorithmFacts(name)?.symmetric)) {
    return error('a symmetric key needs a symmetric algorithm in `algorithms`, and to be given inline');
  }
  const parts = PARTS.get(kty)?.map((name) => member(name));
  if (parts === undefined)
    return { severity: 'warning', message: 'the kind of key (`kty`) is not supported' };
  const material = importKey(kty, parts);
  if (material === undefined) return error('the key is broken or incomplete');
  const bits = material.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS;
  if (bits < MIN_RSA_BITS)
    return error(`an RSA key of ${bits} bits is too short; at least ${MIN_RSA_BITS} are needed`);
  if (bits > MAX_RSA_BITS)
    return error(`an RSA key of ${bits} bits is too long; at most ${MAX_RSA_BITS} are taken`);
  const named = member('alg');
  const fitting = fittingAlgorithms(kty, parts, material, named);
  if (fitting.size === 0) return error('no supported algorithm fits the key');
  if (!algorithms.some((name) => fitting.has(name))) {
    return { severity: 'warning', message: 'none of the algorithms that the issuer may use fits the key' };
  }
  return {
    kid,
    algorithms: fitting,
    key: material,
    identity: JSON.stringify([kty, kid ?? null, named ?? null, ...parts]),
  };
}

/** The members that make a public key, or a secret one. */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
  ['oct', ['k']],
]);

/** `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3); a malformed one keeps the key out. */
function forSignatures(use: JsonValue | undefined, operations: JsonValue | undefined): boolean {
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (isJsonList(operations) && operations.includes('verify'));
}

function importKey(kty: string, parts: readonly (JsonValue | undefined)[]): KeyObject | undefined {
  const texts = parts.filter((part): part is string => typeof part === 'string' && part !== '');
  const [a = '', b = '', c = ''] = texts;
  if (texts.length !== parts.length) return undefined;
  try {
    if (kty === 'oct') return createSecretKey(Buffer.from(a, 'base64url'));
    const key = kty === 'RSA' ? { kty, n: a, e: b } : { kty, crv: a, x: b, ...(c === '' ? {} : { y: c }) };
    return createPublicKey({ format: 'jwk', key });
  } catch {
    return undefined;
  }
}

function fittingAlgorithms(
  kty: string,
  [crv]: readonly (JsonValue | undefined)[],
  material: KeyObject,
  named: JsonValue | undefined,
): ReadonlySet<string> {
  const fits = ([, facts]: readonly [string, AlgorithmFacts]): boolean =>
    facts.kty === kty &&
    (facts.crv === undefined || facts.crv === crv) &&
    (facts.bytes === undefined || facts.bytes <= (material.symmetricKeySize ?? 0));
  const fitting = Object.entries(ALGORITHMS)
    .filter(fits)
    .map(([name]) => name);
  return new Set(fitting.filter((name) => named === undefined || spelling(name) === spelling(named)));
}

/** RFC 9864 names `Ed25519` what RFC 8037 called `EdDSA`: a key that is named either way serves both. */
function spelling(algorithm: JsonValue): JsonValue {
  return algorithm === 'EdDSA' ? 'Ed25519' : algorithm;
}

function duplicate(
  key: VerificationKey | 'not for signatures' | Trouble,
  keys: readonly VerificationKey[],
): Trouble | undefined {
  if (key === 'not for signatures' || 'message' in key || key.kid === undefined) return undefined;
  const clash = keys.some(
    (other) => other.kid === key.kid && [...other.algorithms].some((name) => key.algorithms.has(name)),
  );
  return clash ? error(`an earlier key has the same \`kid\` \`${key.kid}\``) : undefined;
}

function refused(pointer: string, message: string): CompiledKeys {
  return { keys: [], problems: [{ pointer, severity: 'error', message }] };
}

function error(message: string): Trouble {
  return { severity: 'error', message };
}
