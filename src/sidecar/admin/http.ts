import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RecentDecisions, RecordLine } from '../audit/recent.ts';
import { type Answer, json, jsonText, notAllowed, notFound, page, send } from './answer.ts';
import { createFollowers } from './follow.ts';
import { isTrustedHost, parseAddress } from './listen-address.ts';

/** Sources of the pages, called anew for each request. */
export interface AdminOptions {
  /** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
  readonly address: string;
  /** Reason why the sidecar is not ready, for people; undefined if it is. */
  readonly notReady: () => string | undefined;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Content of `/v1/status`. */
  readonly status: () => object;
  readonly decisions: Pick<RecentDecisions, 'list' | 'follow'>;
  /** Removes the socket file that a killed process left, before the listener of a `unix:` address opens. */
  readonly clearSocketFile: (path: string) => Promise<void>;
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
  '/metrics': 'metrics in the Prometheus text format',
  '/v1/status': 'version, live revision, last reload, issuers, limits',
  '/v1/decisions':
    'recent decision records, newest last; `?limit=N`; streamed with `accept: text/event-stream`',
} as const;

/** Most connections at once, streams included. */
const MAX_CONNECTIONS = 256;
/** Time for answers in flight at the end, in milliseconds. */
const CLOSE_TIMEOUT = 1000;

/** Rejects with an Error that has the address and the cause if it cannot listen. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const where = parseAddress(options.address);
  const followers = createFollowers(options.decisions.follow);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // A client that disconnects during an answer needs no handling.
    response.on('error', () => {});
    if (!isTrustedHost(where, request.headers.host)) {
      send(request, response, json(421, { error: 'the host is not an address of this listener' }));
    } else if (wantsStream(request)) followers.add(request, response);
    else void answerTo(options, request).then((answer) => send(request, response, answer));
  });
  if (where.kind === 'unix') await options.clearSocketFile(where.path);
  await listen(server, options.address, where);
  return {
    address: addressOf(server, options.address),
    close: async () => {
      followers.end();
      await closeServer(server);
    },
  };
}

/** Never rejects. */
async function answerTo(options: AdminOptions, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed();
  const { path, limit } = target(request);
  try {
    switch (path) {
      case '/':
        return page(ADMIN_PATHS);
      case '/healthz':
        return json(200, { alive: true });
      case '/readyz': {
        const reason = options.notReady();
        return reason === undefined ? json(200, { ready: true }) : json(503, { ready: false, reason });
      }
      case '/metrics': {
        const { contentType, text } = await options.metrics();
        return { status: 200, headers: { 'content-type': contentType }, body: text };
      }
      case '/v1/status':
        return json(200, options.status());
      case '/v1/decisions':
        if (limit === undefined) return json(400, { error: '`limit` is not a whole number above zero' });
        return jsonText(200, `{"decisions":[${linesOf(options.decisions.list(limit))}]}`);
      default:
        return notFound(Object.keys(ADMIN_PATHS));
    }
  } catch {
    return json(500, { error: 'this page failed, decisions are not affected' });
  }
}

function linesOf(records: readonly RecordLine[]): string {
  return records.map(({ line }) => line).join(',');
}

function wantsStream(request: IncomingMessage): boolean {
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

async function listen(
  server: Server,
  address: string,
  where: ReturnType<typeof parseAddress>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // The handler stays: a later error of a working listener must not end the process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'the address is in use, stop the process that uses it or choose another'
          : error.message;
      reject(new Error(`cannot listen on \`${address}\`: ${why}`, { cause: error }));
    });
    if (where.kind === 'unix') server.listen(where.path, resolve);
    else server.listen(where.port, where.host, resolve);
  });
}

function addressOf(server: Server, address: string): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return address;
  return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
}

async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT);
  server.close(() => resolve());
  server.closeIdleConnections();
  await promise;
  clearTimeout(timer);
}
