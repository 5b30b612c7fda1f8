import { parseJson } from '../request/json.ts';
import { ALGORITHMS } from './algorithms.ts';
import type { CryptoProvider } from './crypto.ts';
import { compileKeys } from './jwks.ts';
import type { VerificationKey } from './verification-key.ts';

/** The part of the global `fetch` that is used. After its signal has aborted, nothing of the response is received. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchedResponse>;

interface FetchedResponse {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}

interface FetchInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export type FetchedKeys =
  | {
      readonly keys: readonly VerificationKey[];
      /** Keys of the set that are not used, one phrase each, which shows nothing of a key. */
      readonly ignored: readonly string[];
      readonly error?: undefined;
    }
  /** A phrase for operators, which shows nothing of the URL or the response. */
  | { readonly error: string; readonly keys?: undefined; readonly ignored?: undefined };

const MAX_JWKS_BYTES = 1024 * 1024;

const ASYMMETRIC = Object.entries(ALGORITHMS)
  .filter(([, { symmetric }]) => !symmetric)
  .map(([name]) => name);

/**
 * Reason not to fetch keys from this URL; undefined if it may be used: https, or plain http to loopback, without user
 * and password.
 */
export function keyUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'it is not an absolute URL';
  if (url.username !== '' || url.password !== '') return 'it contains a user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'its scheme must be `https`, or `http` for loopback addresses';
  return isLoopback(url.hostname)
    ? undefined
    : 'plain `http` is accepted only for loopback addresses; use `https`';
}

/**
 * Fetches a JWK Set. Never rejects. A redirect, a set of more than 1 MiB and a set without a usable key are errors.
 */
export async function fetchKeys(
  url: string,
  { fetch, crypto }: { readonly fetch: Fetch; readonly crypto: CryptoProvider },
  signal: AbortSignal,
): Promise<FetchedKeys> {
  const problem = keyUrlProblem(url);
  if (problem !== undefined) return { error: `the URL is refused: ${problem}` };
  const read = new AbortController();
  try {
    const headers = { accept: 'application/jwk-set+json, application/json' };
    const either = AbortSignal.any([signal, read.signal]);
    const text = await readResponse(await fetch(url, { headers, redirect: 'manual', signal: either }));
    return 'error' in text ? text : readKeys(text.body, crypto);
  } catch (cause) {
    return { error: signal.aborted ? abortReason(signal) : connectionError(cause) };
  } finally {
    // A response that is not read to its end must not keep its connection.
    read.abort();
  }
}

async function readResponse({
  status,
  body,
}: FetchedResponse): Promise<{ body: string } | { error: string }> {
  if (status !== 200) {
    const redirects = status >= 300 && status < 400;
    return { error: redirects ? 'answered with a redirect, which is not followed' : `answered ${status}` };
  }
  // A byte order mark is not JSON, and so must not be dropped.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the response.
    if (size > MAX_JWKS_BYTES) return { error: 'answered with more than 1 MiB' };
    text += decoder.decode(chunk, { stream: true });
  }
  return { body: text + decoder.decode() };
}

function readKeys(text: string, crypto: CryptoProvider): FetchedKeys {
  const { value, problem } = parseJson(text, { numbers: 'doubles' });
  if (value === undefined) return { error: `answered with something that is not JSON: ${problem}` };
  const { keys, problems } = compileKeys(value, ASYMMETRIC, crypto);
  // A provider in trouble may serve an empty set; the keys of the last fetch are better.
  if (keys.length === 0)
    return { error: `answered with no usable key: ${problems[0]?.message ?? 'the set is empty'}` };
  return { keys, ignored: problems.map(({ pointer, message }) => `${pointer}: ${message}`) };
}

function isLoopback(hostname: string): boolean {
  // The URL parser turns every spelling of an IPv4 address into four decimal numbers.
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

function abortReason(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'aborted';
}

/** Shows the code alone, such as `ECONNREFUSED`: messages of the network libraries can quote the URL. */
function connectionError(error: unknown): string {
  let cause = error;
  for (let depth = 0; depth < 5 && typeof cause === 'object' && cause !== null; depth += 1) {
    const code: unknown = 'code' in cause ? cause.code : undefined;
    if (typeof code === 'string') return `cannot be reached: ${code}`;
    cause = 'cause' in cause ? cause.cause : undefined;
  }
  return 'cannot be reached';
}
