import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { DecisionRecord } from '../audit/record.ts';
import { type Answer, json, notAllowed, notFound, page, send } from './answer.ts';
import { createFollowers } from './follow.ts';
import { isTrustedHost, parseAddress } from './listen-address.ts';

/** Where what is shown comes from; each is asked anew for each request. */
export interface AdminOptions {
  /** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
  readonly address: string;
  /** undefined: ready; else why not, for people. */
  readonly notReady: () => string | undefined;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** What `/v1/status` says. */
  readonly status: () => object;
  readonly decisions: {
    list(limit: number): readonly DecisionRecord[];
    follow(listener: (record: DecisionRecord) => void): () => void;
  };
  /** Removes the socket file that a killed process left, before a `unix:` address is listened on. */
  readonly clearSocketFile: (path: string) => Promise<void>;
}

/** HTTP for people and probes, running. */
export interface Admin {
  /** As one would write it in `--admin`, with the port that was given. */
  readonly address: string;
  /** Ends streams, lets answers under way go out for a second. */
  close(): Promise<void>;
}

/** What there is to see; nothing here changes anything. */
export const ADMIN_PATHS = {
  '/healthz': 'the process is alive',
  '/readyz': 'whether a policy set is live; 503 and the reason until then',
  '/metrics': 'metrics in the Prometheus text format',
  '/v1/status': 'version, live revision, last reload, issuers, limits',
  '/v1/decisions':
    'recent decision records, newest last; `?limit=N`; streamed with `accept: text/event-stream`',
} as const;

/** Connections at once, streams included. */
const MAX_CONNECTIONS = 256;
const LAST_ANSWERS = 1000;

/** Rejects with an Error that says which address and why when it cannot listen. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const where = parseAddress(options.address);
  const followers = createFollowers(options.decisions.follow);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // A client that went away in the middle of an answer is no event for anybody.
    response.on('error', () => {});
    if (!isTrustedHost(where, request.headers.host)) {
      send(request, response, json(421, { error: 'the host is no address of this listener' }));
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
        if (limit === undefined) return json(400, { error: '`limit` is a whole number from 1 on' });
        return json(200, { decisions: options.decisions.list(limit) });
      default:
        return notFound(Object.keys(ADMIN_PATHS));
    }
  } catch {
    return json(500, { error: 'this page failed, decisions are not affected' });
  }
}

function wantsStream(request: IncomingMessage): boolean {
  const accepts = request.headers.accept?.toLowerCase().includes('text/event-stream') === true;
  return accepts && request.method === 'GET' && target(request).path === '/v1/decisions';
}

/** `limit`: Infinity when not said, undefined when it cannot be read. */
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
    // For good: what goes wrong with a listener that works is no reason to end the process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'it is in use, stop what uses it or choose another' : error.message;
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
  const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS);
  server.close(() => resolve());
  server.closeIdleConnections();
  await promise;
  clearTimeout(timer);
}
