import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { parseJson } from '../request/json.ts';
import { isJsonObject } from '../request/json-value.ts';
import { ALGORITHMS } from './algorithms.ts';
import type { CryptoProvider } from './crypto.ts';
import { type Fetch, type FetchedDocument, fetchDocument } from './fetch-document.ts';
import type { KeyLocation } from './issuer.ts';
import { compileKeys } from './jwks.ts';
import { memberOf } from './jwt.ts';
import { discoveryProblem, discoveryUrl, keyUrlProblem, redirectProblem } from './key-url.ts';
import type { VerificationKey } from './verification-key.ts';

/** A key set in use. */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
  /** Keys of the set that are not used, one phrase each, which shows nothing of a key. */
  readonly ignored: readonly string[];
  /** `spiffe_sequence` of a SPIFFE bundle, which grows with each change; undefined in other key sets. */
  readonly sequence: number | undefined;
  /** `spiffe_refresh_hint` of a SPIFFE bundle in milliseconds; undefined in other key sets. */
  readonly refreshHint: number | undefined;
}

export type FetchedKeys =
  | {
      readonly set: KeySet;
      /** The key set as it was sent. */
      readonly text: string;
      /** URL of the key set, with the `etag` of this answer; undefined if it has none. */
      readonly version: KeySetVersion | undefined;
      /** Milliseconds for which the answer says that it is fresh; undefined if it does not. */
      readonly maxAge: number | undefined;
      readonly error?: undefined;
    }
  /** The set is still the one of the version that was sent. */
  | {
      readonly unchanged: true;
      readonly maxAge: number | undefined;
      readonly set?: undefined;
      readonly error?: undefined;
    }
  /** A phrase for operators, which shows nothing of the URL or the response. */
  | { readonly error: string; readonly set?: undefined };

/** Key set of which a server is asked for a change. */
export interface KeySetVersion {
  readonly url: string;
  readonly etag: string;
}

export interface FetchDependencies {
  readonly fetch: Fetch;
  readonly crypto: CryptoProvider;
}

const ASYMMETRIC = Object.entries(ALGORITHMS)
  .filter(([, { symmetric }]) => !symmetric)
  .map(([name]) => name);

const ACCEPT_KEYS = 'application/jwk-set+json, application/json';
const ACCEPT_JSON = 'application/json';

/** Fetches a JWK Set. Never rejects. A set of more than 1 MiB and a set without a usable key are errors. */
export async function fetchKeys(
  location: KeyLocation,
  { fetch, crypto }: FetchDependencies,
  signal: AbortSignal,
  version?: KeySetVersion,
): Promise<FetchedKeys> {
  const { url, error } =
    location.kind === 'uri' ? urlOf(location.jwksUri) : await discover(location.issuer, fetch, signal);
  if (error !== undefined) return { error };
  const etag = version?.url === url ? version.etag : undefined;
  const document = await fetchDocument(url, fetch, { accept: ACCEPT_KEYS, etag, signal });
  if (document.error !== undefined) return { error: document.error };
  if (document.text === undefined) return document;
  const { set, error: unusable } = readKeySet(document.text, crypto);
  if (set === undefined) return { error: `answered with ${unusable}` };
  return { set, text: document.text, version: versionOf(url, document), maxAge: document.maxAge };
}

type FoundUrl =
  | { readonly url: string; readonly error?: undefined }
  | { readonly error: string; readonly url?: undefined };

function urlOf(url: string): FoundUrl {
  const problem = keyUrlProblem(url);
  return problem === undefined ? { url } : { error: `the URL is refused: ${problem}` };
}

/** The key URL of an issuer, by its OpenID configuration, whose `issuer` must be exactly this one. */
async function discover(issuer: string, fetch: Fetch, signal: AbortSignal): Promise<FoundUrl> {
  const problem = discoveryProblem(issuer);
  if (problem !== undefined) return { error: `the issuer is refused: ${problem}` };
  const document = await fetchDocument(discoveryUrl(issuer), fetch, { accept: ACCEPT_JSON, signal });
  if (document.error !== undefined) return { error: `the OpenID configuration: ${document.error}` };
  const { value } = parseJson(document.text ?? '', { numbers: 'doubles' });
  if (!isJsonObject(value)) return { error: 'the OpenID configuration is not a JSON object' };
  // An issuer must not be able to publish the keys of another (OpenID Connect Discovery 1.0, section 4.3).
  if (memberOf(value, 'issuer') !== issuer)
    return { error: 'the OpenID configuration is that of another `issuer`' };
  return keyUrlIn(value, issuer);
}

function keyUrlIn(configuration: JsonObject, issuer: string): FoundUrl {
  const url = memberOf(configuration, 'jwks_uri');
  if (typeof url !== 'string') return { error: 'the OpenID configuration has no `jwks_uri`' };
  const problem = redirectProblem(issuer, url);
  return problem === undefined
    ? { url }
    : { error: `the \`jwks_uri\` of the OpenID configuration is refused: ${problem}` };
}

function versionOf(url: string, document: FetchedDocument): KeySetVersion | undefined {
  if (document.text === undefined || document.etag === undefined) return undefined;
  return { url, etag: document.etag };
}

type ReadKeySet =
  | { readonly set: KeySet; readonly error?: undefined }
  | { readonly error: string; readonly set?: undefined };

/** Reads a key set in JSON. The error is a phrase that shows nothing of the text. */
export function readKeySet(text: string, crypto: CryptoProvider): ReadKeySet {
  const { value, problem } = parseJson(text, { numbers: 'doubles' });
  if (value === undefined) return { error: `something that is not JSON: ${problem}` };
  const { keys, problems } = compileKeys(value, ASYMMETRIC, crypto);
  // A provider in trouble may serve an empty set; the keys of the last fetch are better.
  if (keys.length === 0) return { error: `no usable key: ${problems[0]?.message ?? 'the set is empty'}` };
  const ignored = problems.map(({ pointer, message }) => `${pointer}: ${message}`);
  const sequence = wholeMember(value, 'spiffe_sequence');
  const hint = wholeMember(value, 'spiffe_refresh_hint');
  return {
    set: { keys, ignored, sequence, refreshHint: hint === undefined ? undefined : hint * 1000 },
  };
}

/** A number of a SPIFFE bundle (SPIFFE trust domain and bundle, section 4.1). */
function wholeMember(set: JsonValue, name: string): number | undefined {
  const member = isJsonObject(set) ? memberOf(set, name) : undefined;
  return typeof member === 'number' && Number.isSafeInteger(member) && member >= 0 ? member : undefined;
}
