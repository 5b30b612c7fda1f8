import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type BoundedListener, listenWithinBounds } from '../../sidecar/socket/bounded-listener.ts';
import type { ConnectionObserver } from '../../sidecar/socket/connections.ts';
import type { ServerTls } from '../../sidecar/transport/transport.ts';

/** HTTPS listener for API servers. */
export interface WebhookListener extends Omit<BoundedListener<Server>, 'servers'> {
  /** Uses other certificates for new connections. */
  renewTls(tls: ServerTls): void;
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
  const { servers, ...listener } = await listenWithinBounds({
    address,
    access: { mode: 0o660 },
    max: MAX_CONNECTIONS,
    observer,
    createServer: () =>
      createServer({ ...TIMES, ...contextOf(tls), requestCert: tls.clientCa !== undefined }, answer),
  });
  return {
    ...listener,
    renewTls(next) {
      for (const server of servers) server.setSecureContext(contextOf(next));
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
