import { createServer, type Server as NetServer, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
} from 'node:tls';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { Connections } from '../socket/connections.ts';
import { listenAt } from '../socket/listen.ts';
import type { ListenOptions, ServerTls } from './transport.ts';

/** Most connections at once. An Envoy has one for each of its worker threads. */
const MAX_CONNECTIONS = 1024;
/** Time for a TLS handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

/** The sockets of a listener: accepted, counted, bounded and, with TLS, decrypted. */
export interface ListeningSockets {
  /** In the form of `--listen`, with the port that the system chose for port 0. */
  readonly address: string;
  /** Uses other certificates for new connections. */
  renewTls(tls: ServerTls): void;
  /**
   * Takes no new connections, calls `begin`, and waits until all sockets that were served are closed; those that are open
   * after `timeout` milliseconds, and those in a TLS handshake, are destroyed.
   */
  drain(timeout: number, begin: () => void): Promise<void>;
}

/** Listens at the address, and gives each socket to `serve` when bytes can be read from it. */
export async function listenForSockets(
  options: ListenOptions,
  serve: (socket: Socket, connections: Connections) => void,
): Promise<ListeningSockets> {
  const { address, access, observer, tls } = options;
  const connections = new Connections({ max: MAX_CONNECTIONS, observer });
  const served = new OpenSockets();
  const begin = (socket: Socket): void => {
    served.add(socket);
    serve(socket, connections);
  };
  const secured: TlsServer[] = [];
  const bound = await listenAt({
    address,
    access,
    createServer: () => {
      const listener =
        tls === undefined ? createServer({ noDelay: true }, begin) : secure(tls, begin, options);
      listener.on('connection', (socket: Socket) => connections.add(socket));
      if ('setSecureContext' in listener) secured.push(listener);
      return listener;
    },
  });
  return {
    address: bound.address,
    renewTls(next) {
      for (const each of secured) each.setSecureContext(contextOf(next));
    },
    async drain(timeout, beginDrain) {
      await bound.close();
      beginDrain();
      const timer = setTimeout(() => connections.destroy(), timeout);
      await served.closed();
      clearTimeout(timer);
      connections.destroy();
    },
  };
}

function secure(
  tls: ServerTls,
  serve: (socket: Socket) => void,
  { observer }: Pick<ListenOptions, 'observer'>,
): TlsServer | NetServer {
  const server = createTlsServer({
    ...contextOf(tls),
    requestCert: tls.clientCa !== undefined,
    rejectUnauthorized: true,
    ALPNProtocols: ['h2'],
    handshakeTimeout: HANDSHAKE_TIMEOUT,
    noDelay: true,
  });
  server.on('secureConnection', (socket) => {
    // A caller that is gone needs no handling.
    socket.on('error', () => {});
    serve(socket);
  });
  server.on('tlsClientError', (error, socket) => {
    observer.ended(
      `${socket.remoteAddress ?? ''} ${String(socket.remotePort ?? '')}`.trim(),
      'handshake',
      errorMessage(error),
    );
    socket.destroy();
  });
  return server;
}

function contextOf({ cert, key, clientCa }: ServerTls): SecureContextOptions {
  return {
    cert: Buffer.from(cert),
    key: Buffer.from(key),
    ...(clientCa !== undefined && { ca: Buffer.from(clientCa) }),
  };
}

class OpenSockets {
  readonly #open = new Set<Socket>();
  readonly #whenClosed: (() => void)[] = [];

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      if (this.#open.size > 0) return;
      for (const resolve of this.#whenClosed.splice(0)) resolve();
    });
  }

  /** Resolves when all are closed. */
  closed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenClosed.push(resolve);
    });
  }
}
