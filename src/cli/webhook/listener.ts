import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type ConnectionObserver, Connections } from '../../sidecar/socket/connections.ts';
import { listenAt } from '../../sidecar/socket/listen.ts';
import type { ServerTls } from '../../sidecar/transport/transport.ts';

/** HTTPS listener for API servers. */
export interface WebhookListener {
  /** In the form of `--listen`, with the port that the system chose for port 0. */
  readonly address: string;
  /** Uses other certificates for new connections. */
  renewTls(tls: ServerTls): void;
  /** Takes no new connections, and ends open ones after their answer, at the latest after `timeout` milliseconds. */
  close(timeout: number): Promise<void>;
}

/** Most connections at once; an API server has a few. */
const MAX_CONNECTIONS = 256;

/**
 * Bounds in milliseconds. The client of an API server closes a connection that is idle for 90 s: this side must be later,
 * or a request could meet a connection that is being closed.
 */
const TIMES = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 120_000,
  connectionsCheckingInterval: 1000,
} as const satisfies ServerOptions;

/** Rejects with an Error that has the address and the cause if it cannot listen. */
export async function listenForReviews(
  address: string,
  tls: ServerTls,
  observer: ConnectionObserver,
  answer: RequestListener,
): Promise<WebhookListener> {
  const connections = new Connections({ max: MAX_CONNECTIONS, observer });
  const servers: Server[] = [];
  const bound = await listenAt({
    address,
    access: { mode: 0o660 },
    createServer: () => {
      const server = createServer(
        { ...TIMES, ...contextOf(tls), requestCert: tls.clientCa !== undefined },
        answer,
      );
      server.on('connection', (socket: Parameters<Connections['add']>[0]) => connections.add(socket));
      servers.push(server);
      return server;
    },
  });
  return {
    address: bound.address,
    renewTls(next) {
      for (const server of servers) server.setSecureContext(contextOf(next));
    },
    async close(timeout) {
      const closed = servers.filter(({ listening }) => listening).map((server) => once(server, 'close'));
      await bound.close();
      for (const server of servers) server.closeIdleConnections();
      const timer = setTimeout(() => connections.destroy(), timeout);
      await Promise.all(closed);
      clearTimeout(timer);
    },
  };
}

function contextOf({
  cert,
  key,
  clientCa,
}: ServerTls): Pick<ServerOptions, 'cert' | 'key' | 'ca' | 'minVersion'> {
  return {
    cert: Buffer.from(cert),
    key: Buffer.from(key),
    minVersion: 'TLSv1.2',
    ...(clientCa !== undefined && { ca: Buffer.from(clientCa) }),
  };
}
