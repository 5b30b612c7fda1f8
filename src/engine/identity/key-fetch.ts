import { parseJson } from '../request/json.ts';
import { ALGORITHMS } from './algorithms.ts';
import { compileKeys } from './jwks.ts';
import type { VerificationKey } from './keys.ts';

/** The part of the global `fetch` that is used. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export type FetchedKeys =
  | { readonly keys: readonly VerificationKey[]; readonly error?: undefined }
  /** One phrase for operators, without anything of the URL or the answer. */
  | { readonly error: string; readonly keys?: undefined };

const MAX_JWKS_BYTES = 1024 * 1024;

const ASYMMETRIC = Object.entries(ALGORITHMS)
  .filter(([, { symmetric }]) => !symmetric)
  .map(([name]) => name);

/**
 * Why keys may not be fetched from this URL, or undefined: https, or plain http to loopback; no user or password.
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

/** Gets a JWK Set. Never rejects. Redirects are refused, and so are sets of more than 1 MiB or without a usable key. */
export async function fetchKeys(url: string, fetch: Fetch, signal: AbortSignal): Promise<FetchedKeys> {
  const problem = keyUrlProblem(url);
  if (problem !== undefined) return { error: `the URL is refused: ${problem}` };
  try {
    const headers = { accept: 'application/jwk-set+json, application/json' };
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    const text = await readAnswer(response);
    return 'error' in text ? text : readKeys(text.body);
  } catch (cause) {
    return { error: signal.aborted ? abortReason(signal) : connectionError(cause) };
  }
}

async function readAnswer(response: Response): Promise<{ body: string } | { error: string }> {
  if (response.status !== 200) {
    await response.body?.cancel();
    const redirects = response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400);
    return {
      error: redirects ? 'answered with a redirect, which is not followed' : `answered ${response.status}`,
    };
  }
  const body: AsyncIterable<Uint8Array> | null = response.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the answer.
    if (size > MAX_JWKS_BYTES) return { error: 'answered with more than 1 MiB' };
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks).toString('utf8') };
}

function readKeys(text: string): FetchedKeys {
  const { value, problem } = parseJson(text);
  if (value === undefined) return { error: `answered with something that is not JSON: ${problem}` };
  const { keys, problems } = compileKeys(value, ASYMMETRIC);
  // An empty set is what a provider in trouble serves: the keys from before are better.
  if (keys.length === 0)
    return { error: `answered with no usable key: ${problems[0]?.message ?? 'the set is empty'}` };
  return { keys };
}

function isLoopback(hostname: string): boolean {
  // The URL parser has made every spelling of an IPv4 address four decimal numbers.
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

function abortReason(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'given up';
}

/** The code alone, such as `ECONNREFUSED`: texts of the network libraries can quote the URL. */
function connectionError(error: unknown): string {
  let cause = error;
  for (let depth = 0; depth < 5 && typeof cause === 'object' && cause !== null; depth += 1) {
    const code: unknown = 'code' in cause ? cause.code : undefined;
    if (typeof code === 'string') return `cannot be reached: ${code}`;
    cause = 'cause' in cause ? cause.cause : undefined;
  }
  return 'cannot be reached';
}
