import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { RecentDecisions, RecordLine } from '../audit/recent.ts';
import { parseAddress } from '../socket/address.ts';
import { listenWithinBounds } from '../socket/bounded-listener.ts';
import type { ConnectionObserver } from '../socket/connections.ts';
import { type Answer, json, jsonText, notAllowed, notFound, page, send } from './answer.ts';
import { createFollowers } from './follow.ts';
import { isTrustedHost } from './trusted-host.ts';

/** Sources of the pages, called anew for each request. */
export interface PageSources {
  /** Reason why the sidecar is not ready, for people; undefined if it is. */
  readonly notReady: () => string | undefined;
  /** `accept`: the Accept header of the request, empty if it has none. */
  readonly metrics: (accept: string) => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Content of `/v1/status`. */
  readonly status: () => object;
  /** Content of `/v1/candidate`; absent without a candidate. */
  readonly candidate?: () => object;
  readonly decisions: Pick<RecentDecisions, 'list' | 'follow'>;
}

export interface AdminOptions {
  /** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
  readonly address: string;
  /** Pages that it has, in addition to the index. */
  readonly paths: readonly AdminPath[];
  /** Names in lower case that a Host header may have, in addition to IP addresses and names of this machine. */
  readonly hosts: readonly string[];
  readonly observer: ConnectionObserver;
}

/** Running HTTP listener for people and probes. */
export interface Admin {
  /** In the form of `--admin`, with the port that the system chose for port 0. */
  readonly address: string;
  /** Ends streams, and gives answers in flight one second to finish. */
  close(): Promise<void>;
}

/** Paths of the pages, all read-only, with their content for the index page. */
export const ADMIN_PATHS = {
  '/healthz': 'the process is alive',
  '/readyz': 'a policy set is live; 503 and the reason until then',
  '/metrics': 'metrics in the text format of Prometheus or, if asked for, OpenMetrics',
  '/v1/status': 'version, live revision, last reload, issuers, limits',
  '/v1/candidate': 'requests that the candidate of `--candidate` would decide in another way, by cause',
  '/v1/decisions':
    'recent decision records, newest last; `?limit=N`; streamed with `accept: text/event-stream`',
} as const;

export type AdminPath = keyof typeof ADMIN_PATHS;

/** Pages for probes and scrapers, which may come from other machines: nothing of requests and policies. */
export const PROBE_PATHS = ['/healthz', '/readyz', '/metrics'] as const satisfies readonly AdminPath[];

/** Most connections at once, streams included. */
const MAX_CONNECTIONS = 256;
/** Bounds for requests and idle connections, and the interval in which Node enforces them, in milliseconds. */
const TIMEOUTS = {
  requestTimeout: 10_000,
  headersTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
} as const;
/** The owner alone: the pages show decisions. */
const SOCKET_ACCESS = { mode: 0o600 } as const;
/** Time for answers in flight at the end, in milliseconds. */
const CLOSE_TIMEOUT = 1000;

/** Rejects with an Error that has the address and the cause if it cannot listen. */
export async function startAdmin(options: AdminOptions, sources: PageSources): Promise<Admin> {
  const followers = createFollowers(sources.decisions.follow);
  const hosts = trustedHosts(options);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // A client that disconnects during an answer needs no handling.
    response.on('error', () => {});
    if (hosts !== undefined && !isTrustedHost(request.headers.host, hosts)) {
      send(request, response, UNKNOWN_HOST);
    } else if (wantsStream(options, request)) followers.add(request, response);
    else void answerTo(options, sources, request).then((page) => send(request, response, page));
  };
  const { address, close } = await listenWithinBounds({
    address: options.address,
    access: SOCKET_ACCESS,
    max: MAX_CONNECTIONS,
    observer: options.observer,
    createServer: () => createServer(TIMEOUTS, answer),
  });
  return {
    address,
    close: () => {
      followers.end();
      return close(CLOSE_TIMEOUT);
    },
  };
}

const UNKNOWN_HOST = json(421, {
  error: 'the host is not an address of this listener; `--admin-host` adds a name',
});

const NO_CANDIDATE = { error: '`serve` has no candidate; `--candidate DIR` names its folder' };

/** Names in Host headers. Undefined for a Unix socket, which has no name. */
function trustedHosts({ address, hosts }: AdminOptions): readonly string[] | undefined {
  const parsed = parseAddress(address);
  if (parsed?.kind === 'unix') return undefined;
  return parsed === undefined ? hosts : [...hosts, parsed.host.toLowerCase()];
}

/** Never rejects. */
async function answerTo(
  { paths }: AdminOptions,
  sources: PageSources,
  request: IncomingMessage,
): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed();
  const { path, limit } = target(request);
  if (path === '/') return page(paths.map((each) => [each, ADMIN_PATHS[each]]));
  const known = paths.find((each) => each === path);
  if (known === undefined) return notFound(paths);
  try {
    switch (known) {
      case '/healthz':
        return json(200, { alive: true });
      case '/readyz': {
        const reason = sources.notReady();
        return reason === undefined ? json(200, { ready: true }) : json(503, { ready: false, reason });
      }
      case '/metrics': {
        const { contentType, text } = await sources.metrics(request.headers.accept ?? '');
        return { status: 200, headers: { 'content-type': contentType }, body: text };
      }
      case '/v1/status':
        return json(200, sources.status());
      case '/v1/candidate':
        return sources.candidate === undefined ? json(404, NO_CANDIDATE) : json(200, sources.candidate());
      case '/v1/decisions':
        if (limit === undefined) return json(400, { error: '`limit` is not a whole number above zero' });
        return jsonText(200, `{"decisions":[${linesOf(sources.decisions.list(limit))}]}`);
    }
  } catch {
    return json(500, { error: 'this page failed, decisions are not affected' });
  }
}

function linesOf(records: readonly RecordLine[]): string {
  return records.map(({ line }) => line).join(',');
}

function wantsStream({ paths }: AdminOptions, request: IncomingMessage): boolean {
  if (!paths.includes('/v1/decisions')) return false;
  const accepts = request.headers.accept?.toLowerCase().includes('text/event-stream') === true;
  return accepts && request.method === 'GET' && target(request).path === '/v1/decisions';
}

/** Path and `limit` of a request: Infinity if not given, undefined if not valid. */
function target(request: IncomingMessage): { readonly path: string; readonly limit: number | undefined } {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const limit = new URLSearchParams(query).get('limit');
  if (limit === null) return { path, limit: Number.POSITIVE_INFINITY };
  return { path, limit: /^[1-9][0-9]{0,8}$/.test(limit) ? Number(limit) : undefined };
}
