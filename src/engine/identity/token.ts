import { LRUCache } from 'lru-cache';
import type { Attributes } from '../request/attributes.ts';
import { hasOneValue } from '../request/header-fields.ts';
import { checkClaims, checkHeader, tokenDenial, verifiedToken } from './claims.ts';
import type { CryptoProvider } from './crypto.ts';
import type { Issuer, TokenPlace } from './issuer.ts';
import { type Jwt, readJwt } from './jwt.ts';
import { type KeyProvider, selectKey } from './keys.ts';
import { type FoundToken, findTokens, placeKey } from './token-place.ts';
import type { VerificationKey } from './verification-key.ts';
import type { TokenDenial, TokenResult, VerifiedToken } from './verified-token.ts';

export interface TokenVerifier {
  /**
   * Finds the token of a request in the places of `issuers` and verifies it as of `now` (milliseconds since 1970).
   * Returns at once if the token was verified before, and a promise if a signature must be verified or a key fetched.
   * The promise never rejects for anything that a caller sends.
   */
  verify(attributes: Attributes, issuers: readonly Issuer[], now: number): TokenResult | Promise<TokenResult>;
}

export interface TokenVerifierOptions {
  readonly keys: KeyProvider;
  readonly crypto: CryptoProvider;
  /** Number of verified tokens to remember, default 10,000. */
  readonly cacheSize?: number;
  /** Called before each verification of a signature; not for tokens that were verified before. */
  readonly onSignature?: () => void;
}

/** Maximum length of a token, in characters, which are bytes in a token. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/** A cache of N tokens is also full if they have N times this many characters. */
const USUAL_TOKEN_LENGTH = 2048;

/**
 * Maximum number of tokens of one issuer that wait for its keys at once; further ones are denied. Tokens with unknown
 * keys, which anyone can make, must not take all the capacity for checks.
 */
const MAX_WAITING = 1000;

const UNAVAILABLE = 'the keys of the token issuer cannot be fetched at the moment';

/** A verifier with an empty cache of verified tokens. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  return new Verifier(options);
}

/**
 * A token with a valid signature. INVARIANT: the only fact that is remembered is that `key` signed this token;
 * everything else, also that the key is still one of the issuer's, is checked again at each use.
 */
interface Proof {
  readonly jwt: Jwt;
  readonly key: VerificationKey;
  readonly tokens: WeakMap<Issuer, VerifiedToken>;
}

interface Verification {
  readonly text: string;
  readonly jwt: Jwt;
  /** undefined: the token was not verified before. */
  readonly proof: Proof | undefined;
  readonly digest: string;
  readonly issuer: Issuer;
  readonly now: number;
}

class Verifier implements TokenVerifier {
  readonly #keys: KeyProvider;
  readonly #crypto: CryptoProvider;
  readonly #onSignature: (() => void) | undefined;
  /** Keyed by the digest of the whole token, signature included. */
  readonly #proofs: LRUCache<string, Proof>;
  /** Verifications under way, by digest; not more than the checks under way. */
  readonly #proving = new Map<
    string,
    { readonly key: VerificationKey; readonly proof: Promise<Proof | undefined> }
  >();

  /** Number of tokens that wait for the keys of an issuer. */
  readonly #waiting = new WeakMap<Issuer, number>();

  constructor({ keys, crypto, cacheSize = 10_000, onSignature }: TokenVerifierOptions) {
    this.#keys = keys;
    this.#crypto = crypto;
    this.#onSignature = onSignature;
    this.#proofs = new LRUCache({ max: cacheSize, maxSize: cacheSize * USUAL_TOKEN_LENGTH });
  }

  verify(
    attributes: Attributes,
    issuers: readonly Issuer[],
    now: number,
  ): TokenResult | Promise<TokenResult> {
    const { found, denial: notFound } = findToken(attributes, issuers);
    if (notFound !== undefined) return { denial: notFound };
    const digest = this.#crypto.sha256(found.text);
    const proof = this.#proofs.get(digest);
    const { jwt, problem } = proof === undefined ? readJwt(found.text, this.#crypto) : { jwt: proof.jwt };
    if (jwt === undefined) return { denial: tokenDenial('token_malformed', problem) };
    const { issuer, denial: notAccepted } = selectIssuer(jwt, found, issuers);
    if (notAccepted !== undefined) return { denial: notAccepted };
    const denial = checkHeader(jwt, issuer);
    if (denial !== undefined) return { denial };
    const verification: Verification = { text: found.text, jwt, proof, digest, issuer, now };
    const key = this.#keyFor(verification);
    return key === undefined ? this.#verifyAfterFetch(verification) : this.#verifyWith(key, verification);
  }

  #keyFor({ jwt, issuer }: Verification): VerificationKey | undefined {
    return selectKey(this.#keys.of(issuer).keys ?? [], jwt.alg, jwt.kid);
  }

  #verifyWith(key: VerificationKey, verification: Verification): TokenResult | Promise<TokenResult> {
    if (verification.proof?.key === key) return checkProven(verification.proof, verification);
    return this.#prove(key, verification).then((proven) =>
      proven === undefined
        ? { denial: tokenDenial('token_bad_signature', 'the signature of the token is not valid') }
        : checkProven(proven, verification),
    );
  }

  /** Fetches the keys again: a missing key may have been published since the last fetch. */
  #verifyAfterFetch(verification: Verification): TokenResult | Promise<TokenResult> {
    const fetching = this.#keys.refetch(verification.issuer);
    if (fetching === undefined) return this.#withoutKey(verification.issuer);
    const { issuer } = verification;
    const waiting = this.#waiting.get(issuer) ?? 0;
    if (waiting >= MAX_WAITING) return { denial: tokenDenial('keys_unavailable', UNAVAILABLE) };
    this.#waiting.set(issuer, waiting + 1);
    return fetching.then(() => {
      this.#waiting.set(issuer, (this.#waiting.get(issuer) ?? 1) - 1);
      const key = this.#keyFor(verification);
      return key === undefined ? this.#withoutKey(issuer) : this.#verifyWith(key, verification);
    });
  }

  #withoutKey(issuer: Issuer): TokenResult {
    const { keys, failing } = this.#keys.of(issuer);
    if (keys === undefined || failing) {
      return { denial: tokenDenial('keys_unavailable', UNAVAILABLE) };
    }
    return { denial: tokenDenial('token_unknown_key', 'the issuer of the token has no key that fits it') };
  }

  #prove(key: VerificationKey, verification: Verification): Promise<Proof | undefined> {
    const underway = this.#proving.get(verification.digest);
    if (underway?.key === key) return underway.proof;
    this.#onSignature?.();
    const proof = this.#check(key, verification).finally(() => {
      if (this.#proving.get(verification.digest)?.proof === proof) this.#proving.delete(verification.digest);
    });
    this.#proving.set(verification.digest, { key, proof });
    return proof;
  }

  async #check(key: VerificationKey, { text, jwt, digest }: Verification): Promise<Proof | undefined> {
    if (!(await key.key.verify(text, jwt.alg))) return undefined;
    const proof: Proof = { jwt: deepFreeze(jwt), key, tokens: new WeakMap() };
    this.#proofs.set(digest, proof, { size: text.length });
    return proof;
  }
}

/** The places of all issuers of a list, computed once for each list. */
const placesOf = new WeakMap<readonly Issuer[], readonly TokenPlace[]>();

function findToken(
  attributes: Attributes,
  issuers: readonly Issuer[],
): { found: FoundToken; denial?: undefined } | { denial: TokenDenial; found?: undefined } {
  let places = placesOf.get(issuers);
  if (places === undefined) {
    const byKey = new Map(
      issuers.flatMap(({ from }) => from.map((place) => [placeKey(place), place] as const)),
    );
    places = [...byKey.values()];
    placesOf.set(issuers, places);
  }
  const [found, another] = findTokens(attributes, places);
  if (found === undefined)
    return { denial: tokenDenial('token_missing', 'a token is required and there is none') };
  if (another !== undefined) {
    return { denial: tokenDenial('token_ambiguous', 'there is more than one token; send exactly one') };
  }
  // A text with a comma is not a token, which is found when it is read.
  const isAlone = found.header === undefined || hasOneValue(found.header, attributes.request);
  if (!isAlone && !found.text.includes(',')) {
    const detail = `the header \`${found.header}\` was sent more than once; send exactly one token`;
    return { denial: tokenDenial('ambiguous_header', detail) };
  }
  if (found.text.length > MAX_TOKEN_LENGTH) {
    return {
      denial: tokenDenial('token_too_large', `the token is longer than ${MAX_TOKEN_LENGTH / 1024} KiB`),
    };
  }
  return { found };
}

/** Of several issuers with the same `iss`, the first that lists the place of the token. */
function selectIssuer(
  jwt: Jwt,
  found: FoundToken,
  issuers: readonly Issuer[],
): { issuer: Issuer; denial?: undefined } | { denial: TokenDenial; issuer?: undefined } {
  const named = issuers.filter(({ issuer }) => issuer === jwt.iss);
  if (named.length === 0) {
    return {
      denial: tokenDenial('token_unknown_issuer', 'tokens of this issuer (`iss`) are not accepted here'),
    };
  }
  const issuer = named.find(({ from }) => from.some((place) => found.places.includes(placeKey(place))));
  if (issuer !== undefined) return { issuer };
  return {
    denial: tokenDenial(
      'token_unknown_issuer',
      'tokens of this issuer (`iss`) are not accepted in this place',
    ),
  };
}

function checkProven(proof: Proof, { issuer, now }: Verification): TokenResult {
  const denial = checkClaims(proof.jwt, issuer, now);
  if (denial !== undefined) return { denial };
  let token = proof.tokens.get(issuer);
  if (token === undefined) {
    token = verifiedToken(proof.jwt, issuer);
    proof.tokens.set(issuer, token);
  }
  return { token };
}

/** Depth is bounded by the JSON parser. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
