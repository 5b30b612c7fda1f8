import { redirectProblem } from './key-url.ts';

/** The part of the global `fetch` that is used. After its signal has aborted, nothing of the response is received. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchedResponse>;

interface FetchedResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

interface FetchInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

/** An error of a `Fetch` that operators read as it is. It shows nothing of the URL. */
export interface Refusal {
  readonly refusal: string;
}

export type FetchedDocument =
  | {
      readonly text: string;
      /** For the next fetch; undefined if the server sent none, or one that is too long. */
      readonly etag: string | undefined;
      readonly maxAge: number | undefined;
      readonly error?: undefined;
    }
  /** The document is still the one with the `etag` that was sent. */
  | {
      readonly unchanged: true;
      readonly maxAge: number | undefined;
      readonly text?: undefined;
      readonly error?: undefined;
    }
  /** A phrase for operators, which shows nothing of the URL or the response. */
  | { readonly error: string; readonly text?: undefined };

const MAX_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 3;
const MAX_ETAG_LENGTH = 512;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches a document of at most 1 MiB. Never rejects. Follows at most three redirects, each to https, or from loopback
 * to loopback.
 */
export async function fetchDocument(
  url: string,
  fetch: Fetch,
  { accept, etag, signal }: { accept: string; etag?: string | undefined; signal: AbortSignal },
): Promise<FetchedDocument> {
  const read = new AbortController();
  const either = AbortSignal.any([signal, read.signal]);
  const headers = { accept, ...(etag === undefined ? {} : { 'if-none-match': etag }) };
  try {
    let at = url;
    for (let redirects = 0; ; redirects += 1) {
      const response = await fetch(at, { headers, redirect: 'manual', signal: either });
      if (!REDIRECTS.has(response.status)) return await readResponse(response, etag);
      const next = URL.parse(response.headers.get('location') ?? '', at)?.href;
      if (next === undefined) return { error: 'answered with a redirect to nowhere' };
      const problem = redirectProblem(at, next);
      if (problem !== undefined) return { error: `answered with a redirect that is refused: ${problem}` };
      if (redirects === MAX_REDIRECTS)
        return { error: `answered with more than ${MAX_REDIRECTS} redirects, one after another` };
      at = next;
    }
  } catch (cause) {
    return { error: signal.aborted ? abortReason(signal) : connectionError(cause) };
  } finally {
    // A response that is not read to its end must not keep its connection.
    read.abort();
  }
}

async function readResponse(
  { status, headers, body }: FetchedResponse,
  sentEtag: string | undefined,
): Promise<FetchedDocument> {
  const maxAge = maxAgeOf(headers);
  if (status === 304 && sentEtag !== undefined) return { unchanged: true, maxAge };
  if (status !== 200) return { error: `answered ${status}` };
  // A byte order mark is not JSON, and so must not be dropped.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the response.
    if (size > MAX_BYTES) return { error: 'answered with more than 1 MiB' };
    text += decoder.decode(chunk, { stream: true });
  }
  const etag = headers.get('etag') ?? undefined;
  const isUsable = etag !== undefined && etag.length <= MAX_ETAG_LENGTH && /^[\x21-\x7e]+$/.test(etag);
  return { text: text + decoder.decode(), etag: isUsable ? etag : undefined, maxAge };
}

/**
 * Milliseconds for which a response says that it is fresh (RFC 9111 sections 4.2 and 5.2.2.1); undefined if it does not
 * say it.
 */
function maxAgeOf(headers: FetchedResponse['headers']): number | undefined {
  const [, maxAge] = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(headers.get('cache-control') ?? '') ?? [];
  if (maxAge === undefined) return undefined;
  const [age = '0'] = /^\d{1,10}$/.exec(headers.get('age')?.trim() ?? '') ?? [];
  return Math.max(0, Number(maxAge) - Number(age)) * 1000;
}

function abortReason(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'aborted';
}

/** Shows the code alone, such as `ECONNREFUSED`: messages of the network libraries can quote the URL. */
function connectionError(error: unknown): string {
  let cause = error;
  for (let depth = 0; depth < 5 && typeof cause === 'object' && cause !== null; depth += 1) {
    if ('refusal' in cause && typeof cause.refusal === 'string') return cause.refusal;
    const code: unknown = 'code' in cause ? cause.code : undefined;
    if (typeof code === 'string') return `cannot be reached: ${code}`;
    cause = 'cause' in cause ? cause.cause : undefined;
  }
  return 'cannot be reached';
}
