import { LRUCache } from 'lru-cache';
import type { Attributes } from '../request/attributes.ts';
import { checkClaims, checkHeader, tokenDenial, verifiedToken } from './claims.ts';
import type { CryptoProvider } from './crypto.ts';
import type { Issuer, TokenPlace } from './issuer.ts';
import { type Jwt, readJwt } from './jwt.ts';
import { type KeyProvider, selectKey, type VerificationKey } from './keys.ts';
import { type FoundToken, findTokens, placeKey } from './token-place.ts';
import type { TokenDenial, TokenResult, VerifiedToken } from './verified-token.ts';

export interface TokenVerifier {
  /**
   * Finds the token of a request in the places of `issuers` and verifies it as of `now` (milliseconds since 1970).
   * A token that was verified before is answered at once, one that must be verified, or whose key must be fetched,
   * by a promise, which does not reject for anything that a caller sends.
   */
  verify(attributes: Attributes, issuers: readonly Issuer[], now: number): TokenResult | Promise<TokenResult>;
}

export interface TokenVerifierOptions {
  readonly keys: KeyProvider;
  readonly crypto: CryptoProvider;
  /** How many verified tokens are remembered, default 10,000. */
  readonly cacheSize?: number;
  /** Called once for each signature that is really checked. */
  readonly onSignature?: () => void;
}

/** Longest token that is looked into, in characters (which are bytes in a token). */
export const MAX_TOKEN_LENGTH = 16 * 1024;

/** A cache of N tokens is also full when they have N times this many characters. */
const USUAL_TOKEN_LENGTH = 2048;

/**
 * Tokens of one issuer that wait for its keys at once. Those above are refused: tokens with keys that nobody has
 * heard of, which anybody can make, must not take all the room that there is for checks.
 */
const MAX_WAITING = 1000;

const UNAVAILABLE = 'the keys of the token issuer cannot be fetched at the moment';

/** Makes a verifier; it remembers the tokens that it verified last. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  return new Verifier(options);
}

/**
 * A token whose signature holds. INVARIANT: all that is remembered is that `key` signed this token; whether that
 * key is still one of the issuer's, and everything else, is judged anew at each use.
 */
interface Proof {
  readonly jwt: Jwt;
  readonly key: VerificationKey;
  readonly tokens: WeakMap<Issuer, VerifiedToken>;
}

interface Asked {
  readonly text: string;
  readonly jwt: Jwt;
  /** undefined: this token was not verified before. */
  readonly proof: Proof | undefined;
  readonly digest: string;
  readonly issuer: Issuer;
  readonly now: number;
}

class Verifier implements TokenVerifier {
  readonly #keys: KeyProvider;
  readonly #crypto: CryptoProvider;
  readonly #onSignature: (() => void) | undefined;
  /** By the digest of the whole token, signature included. */
  readonly #proofs: LRUCache<string, Proof>;
  /** Verifications under way, by digest: at most as many as there are checks under way. */
  readonly #proving = new Map<
    string,
    { readonly key: VerificationKey; readonly proof: Promise<Proof | undefined> }
  >();

  /** Tokens that wait for the keys of an issuer. */
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
    const { found, denial: notOne } = findToken(attributes, issuers);
    if (notOne !== undefined) return { denial: notOne };
    const digest = this.#crypto.sha256(found.text);
    const proof = this.#proofs.get(digest);
    const { jwt, problem } = proof === undefined ? readJwt(found.text, this.#crypto) : { jwt: proof.jwt };
    if (jwt === undefined) return { denial: tokenDenial('token_malformed', problem) };
    const { issuer, denial: notOurs } = selectIssuer(jwt, found, issuers);
    if (notOurs !== undefined) return { denial: notOurs };
    const denial = checkHeader(jwt, issuer);
    if (denial !== undefined) return { denial };
    const asked: Asked = { text: found.text, jwt, proof, digest, issuer, now };
    const key = this.#keyFor(asked);
    return key === undefined ? this.#verifyAfterFetch(asked) : this.#verifyWith(key, asked);
  }

  #keyFor({ jwt, issuer }: Asked): VerificationKey | undefined {
    return selectKey(this.#keys.of(issuer).keys ?? [], jwt.alg, jwt.kid);
  }

  #verifyWith(key: VerificationKey, asked: Asked): TokenResult | Promise<TokenResult> {
    if (asked.proof?.key === key) return judgeProven(asked.proof, asked);
    return this.#prove(key, asked).then((proven) =>
      proven === undefined
        ? { denial: tokenDenial('token_bad_signature', 'the signature of the token does not hold') }
        : judgeProven(proven, asked),
    );
  }

  /** The key is not there: it may have been published since the last fetch. */
  #verifyAfterFetch(asked: Asked): TokenResult | Promise<TokenResult> {
    const fetching = this.#keys.refetch(asked.issuer);
    if (fetching === undefined) return this.#withoutKey(asked.issuer);
    const { issuer } = asked;
    const waiting = this.#waiting.get(issuer) ?? 0;
    if (waiting >= MAX_WAITING) return { denial: tokenDenial('keys_unavailable', UNAVAILABLE) };
    this.#waiting.set(issuer, waiting + 1);
    return fetching.then(() => {
      this.#waiting.set(issuer, (this.#waiting.get(issuer) ?? 1) - 1);
      const key = this.#keyFor(asked);
      return key === undefined ? this.#withoutKey(issuer) : this.#verifyWith(key, asked);
    });
  }

  #withoutKey(issuer: Issuer): TokenResult {
    const { keys, failing } = this.#keys.of(issuer);
    if (keys === undefined || failing) {
      return { denial: tokenDenial('keys_unavailable', UNAVAILABLE) };
    }
    return { denial: tokenDenial('token_unknown_key', 'the issuer of the token has no key that fits it') };
  }

  #prove(key: VerificationKey, asked: Asked): Promise<Proof | undefined> {
    const underway = this.#proving.get(asked.digest);
    if (underway?.key === key) return underway.proof;
    this.#onSignature?.();
    const proof = this.#check(key, asked).finally(() => {
      if (this.#proving.get(asked.digest)?.proof === proof) this.#proving.delete(asked.digest);
    });
    this.#proving.set(asked.digest, { key, proof });
    return proof;
  }

  async #check(key: VerificationKey, { text, jwt, digest }: Asked): Promise<Proof | undefined> {
    if (!(await key.key.verify(text, jwt.alg))) return undefined;
    const proof: Proof = { jwt: deepFreeze(jwt), key, tokens: new WeakMap() };
    this.#proofs.set(digest, proof, { size: text.length });
    return proof;
  }
}

/** The issuers' places put together, once for each list of issuers. */
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
  if (found.text.length > MAX_TOKEN_LENGTH) {
    return {
      denial: tokenDenial('token_too_large', `the token is longer than ${MAX_TOKEN_LENGTH / 1024} KiB`),
    };
  }
  return { found };
}

/** Of several issuers with the same `iss`, the first that names the place where the token stands. */
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

function judgeProven(proof: Proof, { issuer, now }: Asked): TokenResult {
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
