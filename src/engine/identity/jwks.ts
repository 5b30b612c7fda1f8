import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { ALGORITHMS, type AlgorithmProperties, algorithmProperties } from './algorithms.ts';
import type { CryptoProvider, ImportedKey, KeyMembers } from './crypto.ts';
import { memberOf } from './jwt.ts';
import type { VerificationKey } from './verification-key.ts';

/** A problem of a key set, for its author. */
export interface KeyProblem {
  /** JSON pointer into the key set. */
  readonly pointer: string;
  /** The key is not used in either case. `error`: the set cannot be used, or must not be. */
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
 * Compiles the keys of a JWK Set (RFC 7517) that can verify tokens signed with one of `algorithms`. Symmetric keys
 * are used only if `algorithms` has a symmetric algorithm, so that a fetched set can never add one.
 */
export function compileKeys(
  jwks: JsonValue,
  algorithms: readonly string[],
  crypto: CryptoProvider,
): CompiledKeys {
  const list = isJsonObject(jwks) ? memberOf(jwks, 'keys') : undefined;
  if (!isJsonList(list)) return invalidSet('', notASet(jwks));
  if (list.length > MAX_KEYS) return invalidSet('/keys', `a key set has at most ${MAX_KEYS} keys`);
  const keys: VerificationKey[] = [];
  const found: (Problem & { readonly pointer: string })[] = [];
  for (const [i, jwk] of list.entries()) {
    const result = compileKey(jwk, algorithms, crypto);
    const problem = 'message' in result ? result : duplicate(result, keys);
    if (problem !== undefined) found.push({ pointer: `/keys/${i}`, ...problem });
    else if (!('message' in result)) keys.push(result);
  }
  const problems = found.map((problem) => severely(problem, keys.length > 0));
  if (keys.length === 0 && !problems.some(({ severity }) => severity === 'error')) {
    problems.push({
      pointer: '/keys',
      severity: 'error',
      message: 'no key of the set can verify a signature',
    });
  }
  return { keys, problems };
}

/** Why the value is not a key set, with what to write if it is something that people take for one. */
function notASet(value: JsonValue): string {
  if (isJsonList(value)) return 'this is a list of keys: a key set is `{"keys": [...]}` with that list';
  if (isJsonObject(value) && memberOf(value, 'kty') !== undefined)
    return 'this is one key: a key set is `{"keys": [...]}` with the key in the list';
  if (isJsonObject(value) && memberOf(value, 'jwks_uri') !== undefined)
    return 'this is the discovery document of a login service: the key set is at its `jwks_uri`';
  return 'a key set must be an object with a list `keys`';
}

/** Mistake in a key. */
interface Problem {
  /**
   * `unfit`: the key cannot be used here. `foreign`: it is for another use, and so is never what an author meant to
   * use. `leaked`: it must not be in the set at all.
   */
  readonly kind: 'unfit' | 'foreign' | 'leaked';
  readonly message: string;
}

/**
 * A key that is not understood or does not fit is ignored with a warning (RFC 7517, section 5): providers publish such
 * keys beside others. In a set without a usable key it is the error that the author has to correct.
 */
function severely(
  { kind, ...problem }: Problem & { readonly pointer: string },
  isUsable: boolean,
): KeyProblem {
  const isError = kind === 'leaked' || (kind === 'unfit' && !isUsable);
  return { ...problem, severity: isError ? 'error' : 'warning' };
}

function compileKey(
  jwk: JsonValue,
  algorithms: readonly string[],
  crypto: CryptoProvider,
): VerificationKey | Problem {
  if (!isJsonObject(jwk)) return unfit('a key must be an object');
  const member = (name: string): JsonValue | undefined => memberOf(jwk, name);
  if (!canVerify(member('use'), member('key_ops'))) {
    return foreign('the key is not for signatures (`use`, `key_ops`)');
  }
  const kty = member('kty');
  const kid = member('kid');
  if (typeof kty !== 'string') return unfit('the key has no `kty`');
  if (kid !== undefined && typeof kid !== 'string') return unfit('`kid` must be text');
  if (kty !== 'oct' && PRIVATE_MEMBERS.some((name) => member(name) !== undefined)) {
    return leaked(
      'this is a private key; publish only the public key, and replace this one, since others may have seen it',
    );
  }
  if (kty === 'oct' && !algorithms.some((name) => algorithmProperties(name)?.symmetric)) {
    return unfit('a symmetric key needs a symmetric algorithm in `algorithms`, and must be inline');
  }
  const parts = PARTS.get(kty)?.map((name) => member(name));
  if (parts === undefined) return foreign('the kind of key (`kty`) is not supported');
  const members = membersOf(kty, parts);
  const material = members && crypto.importKey(members);
  if (material === undefined) return unfit('the key is broken or incomplete');
  const bits = material.modulusBits ?? MIN_RSA_BITS;
  if (bits < MIN_RSA_BITS)
    return unfit(`an RSA key of ${bits} bits is too short; at least ${MIN_RSA_BITS} are required`);
  if (bits > MAX_RSA_BITS)
    return unfit(`an RSA key of ${bits} bits is too long; at most ${MAX_RSA_BITS} are accepted`);
  const named = member('alg');
  const fitting = fittingAlgorithms(kty, parts, material, named);
  if (fitting.size === 0) return unfit('no supported algorithm fits the key');
  if (!algorithms.some((name) => fitting.has(name))) {
    return foreign('none of the `algorithms` of the issuer fits the key');
  }
  const issuer = issuerNamedBy(member('issuer'));
  return {
    kid,
    algorithms: fitting,
    key: material,
    issuer,
    identity: JSON.stringify([kty, kid ?? null, named ?? null, issuer ?? null, ...parts]),
  };
}

/** The issuer that a key names; a malformed name is that of no issuer. */
function issuerNamedBy(issuer: JsonValue | undefined): string | undefined {
  if (issuer === undefined) return undefined;
  return typeof issuer === 'string' ? issuer : '';
}

/** Members that make up a key, by its `kty`. */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
  ['oct', ['k']],
]);

/**
 * True if `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3) allow verification; a malformed one does not. A SPIFFE
 * bundle marks the keys of JWT-SVIDs with a `use` of its own (SPIFFE trust domain and bundle, section 4.2.2).
 */
function canVerify(use: JsonValue | undefined, operations: JsonValue | undefined): boolean {
  if (use !== undefined && use !== 'sig' && use !== 'jwt-svid') return false;
  return operations === undefined || (isJsonList(operations) && operations.includes('verify'));
}

/** The parts by their names; undefined if one is missing or not text. */
function membersOf(kty: string, parts: readonly (JsonValue | undefined)[]): KeyMembers | undefined {
  const texts = parts.filter((part): part is string => typeof part === 'string' && part !== '');
  if (texts.length !== parts.length) return undefined;
  const [a = '', b = '', c = ''] = texts;
  switch (kty) {
    case 'RSA':
      return { kty, n: a, e: b };
    case 'EC':
      return { kty, crv: a, x: b, y: c };
    case 'OKP':
      return { kty, crv: a, x: b };
    case 'oct':
      return { kty, k: a };
    default:
      return undefined;
  }
}

function fittingAlgorithms(
  kty: string,
  [crv]: readonly (JsonValue | undefined)[],
  material: ImportedKey,
  named: JsonValue | undefined,
): ReadonlySet<string> {
  const fits = ([, properties]: readonly [string, AlgorithmProperties]): boolean =>
    properties.kty === kty &&
    (properties.crv === undefined || properties.crv === crv) &&
    (properties.bytes === undefined || properties.bytes <= (material.secretBytes ?? 0));
  const fitting = Object.entries(ALGORITHMS)
    .filter(fits)
    .map(([name]) => name);
  return new Set(fitting.filter((name) => named === undefined || spelling(name) === spelling(named)));
}

/** RFC 9864 renames `EdDSA` of RFC 8037 to `Ed25519`: a key with either name verifies both. */
function spelling(algorithm: JsonValue): JsonValue {
  return algorithm === 'EdDSA' ? 'Ed25519' : algorithm;
}

/** A problem if an earlier key has the `kid` of the key and one of its algorithms. */
function duplicate(key: VerificationKey, keys: readonly VerificationKey[]): Problem | undefined {
  if (key.kid === undefined) return undefined;
  const clash = keys.some(
    (other) => other.kid === key.kid && [...other.algorithms].some((name) => key.algorithms.has(name)),
  );
  return clash ? unfit(`an earlier key has the same \`kid\` \`${key.kid}\``) : undefined;
}

function invalidSet(pointer: string, message: string): CompiledKeys {
  return { keys: [], problems: [{ pointer, severity: 'error', message }] };
}

function unfit(message: string): Problem {
  return { kind: 'unfit', message };
}

function foreign(message: string): Problem {
  return { kind: 'foreign', message };
}

function leaked(message: string): Problem {
  return { kind: 'leaked', message };
}
