import type { Attributes } from '../request/attributes.ts';
import { hasOneValue } from '../request/header-fields.ts';
import { ownText } from '../request/own-text.ts';
import {
  checkClaims,
  checkHeader,
  checkTimes,
  type TokenTimes,
  timesOf,
  tokenDenial,
  verifiedToken,
} from './claims.ts';
import type { CryptoProvider } from './crypto.ts';
import type { Issuer } from './issuer.ts';
import { type Jwt, readJwt } from './jwt.ts';
import { candidateKeys, type KeyProvider } from './keys.ts';
import { ProofCache } from './proof-cache.ts';
import { type SignatureResult, Signatures } from './signatures.ts';
import { type FoundToken, placeKey, TokenSearch } from './token-place.ts';
import type { VerificationKey } from './verification-key.ts';
import type { TokenDenial, TokenResult } from './verified-token.ts';

export interface TokenVerifier {
  /**
   * Finds the token of a request in the places of `issuers` and verifies it as of `now` (milliseconds since 1970).
   * Returns at once if the token was verified before or its key is quick, and a promise if a slow key or a fetch is waited for.
   * The promise never rejects for anything that a caller sends.
   */
  verify(attributes: Attributes, issuers: readonly Issuer[], now: number): TokenResult | Promise<TokenResult>;
}

/** Memory of the tokens that were verified. */
export interface VerifiedTokens {
  /** The key that signed a token in compact form; undefined if it was not verified, or is forgotten. */
  signerOf(text: string): VerificationKey | undefined;
}

export interface TokenVerifierOptions {
  readonly keys: KeyProvider;
  readonly crypto: CryptoProvider;
  /** Number of verified tokens to remember, default 10,000. */
  readonly cacheSize?: number;
  /** Verifier whose results are used for signatures; what it remembers does not change. */
  readonly verified?: VerifiedTokens;
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
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier & VerifiedTokens {
  return new Verifier(options);
}

/**
 * A token with a valid signature. INVARIANT: what is remembered is that `key` signed exactly `text`, and what follows
 * from the token and an Issuer document alone, neither of which changes. The times of the token, and that the key is
 * still one of the issuer's, are checked again at each use.
 */
interface Proof {
  readonly text: string;
  readonly jwt: Jwt;
  readonly key: VerificationKey;
  /** The last acceptance that was asked for. */
  last: Acceptance | undefined;
  /** The others, if several Issuer documents were asked for: hardly ever. */
  others: WeakMap<Issuer, Acceptance> | undefined;
}

/** Result for a token with a valid signature by one Issuer document. */
interface Acceptance {
  readonly issuer: Issuer;
  readonly times: TokenTimes;
  readonly result: TokenResult;
  /** The keys of the issuer among which `key` of the proof was found; undefined: not looked for yet. */
  keys: readonly VerificationKey[] | undefined;
}

interface Verification {
  readonly text: string;
  readonly jwt: Jwt;
  /** undefined: the token was not verified before. */
  readonly proof: Proof | undefined;
  readonly issuer: Issuer;
  readonly now: number;
  /** Keys that did not sign the token, before the keys were fetched again. */
  readonly tried: readonly VerificationKey[] | undefined;
}

class Verifier implements TokenVerifier, VerifiedTokens {
  readonly #keys: KeyProvider;
  readonly #crypto: CryptoProvider;
  readonly #signatures: Signatures;
  readonly #proofs: ProofCache<Proof>;
  readonly #verified: TokenVerifierOptions['verified'];
  /** Number of tokens that wait for the keys of an issuer. */
  readonly #waiting = new WeakMap<Issuer, number>();

  constructor({ keys, crypto, cacheSize = 10_000, verified, onSignature }: TokenVerifierOptions) {
    this.#keys = keys;
    this.#crypto = crypto;
    this.#signatures = new Signatures(onSignature);
    this.#verified = verified;
    this.#proofs = new ProofCache({ max: cacheSize, maxLength: cacheSize * USUAL_TOKEN_LENGTH });
  }

  signerOf(text: string): VerificationKey | undefined {
    return this.#proofs.get(text)?.key;
  }

  verify(
    attributes: Attributes,
    issuers: readonly Issuer[],
    now: number,
  ): TokenResult | Promise<TokenResult> {
    const found = findToken(attributes, issuers);
    if (found.denial !== undefined) return found;
    const proof = this.#proofs.get(found.text);
    const known = proof && this.#known(proof, found, issuers, now);
    if (known !== undefined) return known;
    const { jwt, problem } =
      proof === undefined
        ? readJwt(
            found.text,
            this.#crypto,
            issuers.some(({ paddedBase64 }) => paddedBase64),
          )
        : { jwt: proof.jwt };
    if (jwt === undefined) return { denial: tokenDenial('token_malformed', problem) };
    const { issuer, denial: notAccepted } = selectIssuer(jwt, found, issuers);
    if (notAccepted !== undefined) return { denial: notAccepted };
    if (jwt.isPadded && !issuer.paddedBase64) return { denial: PADDED };
    const denial = checkHeader(jwt, issuer);
    if (denial !== undefined) return { denial };
    const verification: Verification = { text: found.text, jwt, proof, issuer, now, tried: undefined };
    const keys = this.#keysFor(verification);
    return keys.length === 0 ? this.#verifyAfterFetch(verification) : this.#verifyWith(keys, verification);
  }

  /**
   * The result for a token that the same policy has accepted before, by the same keys of the same issuer; undefined if
   * anything is different.
   */
  #known(
    { jwt, last }: Proof,
    found: FoundToken,
    issuers: readonly Issuer[],
    now: number,
  ): TokenResult | undefined {
    if (last?.keys === undefined || this.#keys.of(last.issuer).keys !== last.keys) return undefined;
    // Another policy can list the issuer for other places.
    if (issuers.length > 1 && selectIssuer(jwt, found, issuers).issuer !== last.issuer) return undefined;
    if (issuers.length === 1 && issuers[0] !== last.issuer) return undefined;
    const denial = checkTimes(last.times, last.issuer, now);
    return denial === undefined ? last.result : { denial };
  }

  #keysFor({ jwt, issuer, tried }: Verification): readonly VerificationKey[] {
    const keys = candidateKeys(this.#keys.of(issuer).keys ?? NO_KEYS, jwt, issuer);
    return tried === undefined ? keys : keys.filter((key) => !tried.includes(key));
  }

  /** Tries the keys one after the other, from `at` on. */
  #verifyWith(
    keys: readonly VerificationKey[],
    verification: Verification,
    at = 0,
  ): TokenResult | Promise<TokenResult> {
    const { text, jwt, issuer, proof } = verification;
    if (proof !== undefined && keys.includes(proof.key)) return this.#accept(proof, verification);
    const signer = at === 0 ? this.#verified?.signerOf(text) : undefined;
    if (signer !== undefined && keys.includes(signer)) return this.#conclude('valid', signer, verification);
    const key = keys[at];
    if (key === undefined) return this.#withoutSigner(keys, verification);
    const result = this.#signatures.check({ text, algorithm: jwt.alg, key, issuer: issuer.name });
    if (result === 'invalid') return this.#verifyWith(keys, verification, at + 1);
    if (!(result instanceof Promise)) return this.#conclude(result, key, verification);
    return result.then((later) =>
      later === 'invalid'
        ? this.#verifyWith(keys, verification, at + 1)
        : this.#conclude(later, key, verification),
    );
  }

  #conclude(
    signature: Exclude<SignatureResult, 'invalid'>,
    key: VerificationKey,
    verification: Verification,
  ): TokenResult {
    if (signature === 'overloaded') return { denial: OVERLOADED };
    return this.#accept(this.#remember(key, verification), verification);
  }

  /** None of the keys signed the token. One that it does not name may have been published since the last fetch. */
  #withoutSigner(
    keys: readonly VerificationKey[],
    verification: Verification,
  ): TokenResult | Promise<TokenResult> {
    const { kid } = verification.jwt;
    const isNamed = kid !== undefined && keys.some((key) => key.kid === kid);
    if (isNamed || verification.tried !== undefined) return { denial: BAD_SIGNATURE };
    return this.#verifyAfterFetch({ ...verification, tried: keys });
  }

  /**
   * Fetches the keys again: a missing key may have been published since the last fetch. A fetch that was under way may
   * have been answered before that, and so counts as the first of two.
   */
  #verifyAfterFetch(verification: Verification, fetches = 0): TokenResult | Promise<TokenResult> {
    const { issuer, tried } = verification;
    const refuse = (): TokenResult =>
      tried === undefined ? this.#withoutKey(issuer) : { denial: BAD_SIGNATURE };
    const fetching = this.#keys.refetch(issuer);
    if (fetching === undefined) return refuse();
    const waiting = this.#waiting.get(issuer) ?? 0;
    if (waiting >= MAX_WAITING) return { denial: tokenDenial('keys_unavailable', UNAVAILABLE) };
    this.#waiting.set(issuer, waiting + 1);
    return fetching.then(() => {
      this.#waiting.set(issuer, (this.#waiting.get(issuer) ?? 1) - 1);
      const keys = this.#keysFor(verification);
      if (keys.length > 0) return this.#verifyWith(keys, verification);
      const mayBeLate = fetches === 0 && !this.#keys.of(issuer).failing;
      return mayBeLate ? this.#verifyAfterFetch(verification, 1) : refuse();
    });
  }

  #withoutKey(issuer: Issuer): TokenResult {
    const { keys, failing } = this.#keys.of(issuer);
    if (keys === undefined || failing) {
      return { denial: tokenDenial('keys_unavailable', UNAVAILABLE) };
    }
    return { denial: tokenDenial('token_unknown_key', 'the issuer of the token has no key that fits it') };
  }

  /** The proof of a token with a valid signature, one for all calls that bring it at the same time. */
  #remember(key: VerificationKey, { text, jwt }: Verification): Proof {
    const known = this.#proofs.get(text);
    if (known?.key === key) return known;
    const proof: Proof = {
      text: ownText(text),
      jwt: deepFreeze(jwt),
      key,
      last: undefined,
      others: undefined,
    };
    this.#proofs.set(proof);
    return proof;
  }

  /** The result for a token with a valid signature by a key of the issuer. */
  #accept(proof: Proof, { issuer, now }: Verification): TokenResult {
    const acceptance = acceptanceFor(proof, issuer);
    // While the signature was verified, other keys may have come.
    const { keys = NO_KEYS } = this.#keys.of(issuer);
    const isCurrent = candidateKeys(keys, proof.jwt, issuer).includes(proof.key);
    acceptance.keys = isCurrent ? keys : undefined;
    proof.last = acceptance;
    const late = checkTimes(acceptance.times, issuer, now);
    return late === undefined ? acceptance.result : { denial: late };
  }
}

const NO_KEYS: readonly VerificationKey[] = [];

const BAD_SIGNATURE = tokenDenial('token_bad_signature', 'the signature of the token is not valid');
const OVERLOADED = tokenDenial('overloaded', 'too many new tokens are being verified');

function acceptanceFor(proof: Proof, issuer: Issuer): Acceptance {
  const { last } = proof;
  if (last?.issuer === issuer) return last;
  const acceptance = proof.others?.get(issuer) ?? acceptanceOf(proof.jwt, issuer);
  if (last !== undefined) {
    proof.others ??= new WeakMap();
    proof.others.set(last.issuer, last);
  }
  return acceptance;
}

/** All that does not depend on the time. */
function acceptanceOf(jwt: Jwt, issuer: Issuer): Acceptance {
  const denial = checkClaims(jwt, issuer);
  const result: TokenResult = denial === undefined ? { token: verifiedToken(jwt, issuer) } : { denial };
  return { issuer, times: timesOf(jwt), result: Object.freeze(result), keys: undefined };
}

/** Places of tokens, computed once for each list of issuers. */
const searches = new WeakMap<readonly Issuer[], TokenSearch>();

/** The token of a request, in the places of `issuers`. */
export function findToken(attributes: Attributes, issuers: readonly Issuer[]): FoundToken | Refused {
  let search = searches.get(issuers);
  if (search === undefined) {
    search = new TokenSearch(issuers.flatMap(({ from }) => from));
    searches.set(issuers, search);
  }
  const found = search.single(attributes) ?? oneOf(search.all(attributes), attributes);
  if (found.denial !== undefined || found.text.length <= MAX_TOKEN_LENGTH) return found;
  return {
    denial: tokenDenial('token_too_large', `the token is longer than ${MAX_TOKEN_LENGTH / 1024} KiB`),
  };
}

interface Refused {
  readonly denial: TokenDenial;
}

function oneOf([found, another]: readonly FoundToken[], attributes: Attributes): FoundToken | Refused {
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
  return found;
}

/** Of several issuers with the same `iss`, the first that lists the place of the token. */
export function selectIssuer(
  jwt: Jwt,
  found: FoundToken,
  issuers: readonly Issuer[],
): { issuer: Issuer; denial?: undefined } | { denial: TokenDenial; issuer?: undefined } {
  let isNamed = false;
  for (const issuer of issuers) {
    if (!isOf(issuer, jwt)) continue;
    isNamed = true;
    if (issuer.from.some((place) => found.places.includes(placeKey(place)))) return { issuer };
  }
  return { denial: isNamed ? NOT_IN_THIS_PLACE : NOT_THIS_ISSUER };
}

/** True if the issuer is that of the token: by `iss`, compared exactly, and by the trust domain if it has one. */
function isOf({ issuer, tenants, trustDomain }: Issuer, jwt: Jwt): boolean {
  if (trustDomain !== undefined && jwt.trustDomain !== trustDomain) return false;
  if (jwt.iss === undefined) return trustDomain !== undefined;
  return tenants === undefined ? issuer === jwt.iss : tenants.has(jwt.iss);
}

const PADDED = tokenDenial('token_malformed', 'the token has padding (`=`), which is not accepted here');

const NOT_THIS_ISSUER = tokenDenial(
  'token_unknown_issuer',
  'tokens of this issuer (`iss`) are not accepted here',
);

const NOT_IN_THIS_PLACE = tokenDenial(
  'token_unknown_issuer',
  'tokens of this issuer (`iss`) are not accepted in this place',
);

/** Depth is bounded by the JSON parser. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
