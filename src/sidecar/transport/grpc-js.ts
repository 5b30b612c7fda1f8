import { createServer, type Server as NetServer, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
} from 'node:tls';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { Connections } from '../socket/connections.ts';
import { listenAt } from '../socket/listen.ts';
import { OpenStreams, refuseCompression, register } from './grpc-js-calls.ts';
import type { Listener, ListenOptions, Methods, ServerTls, Transport } from './transport.ts';

/**
 * A message of up to this many times the limit is read, so that the method itself can answer that it is too large, but
 * never more than `MOST_HEADROOM` bytes.
 */
const HEADROOM = 16;
const MOST_HEADROOM = 64 * 1024 * 1024;

/** Most connections at once. An Envoy has one for each of its worker threads. */
const MAX_CONNECTIONS = 1024;
/** Time for a TLS handshake, and then for the first bytes of HTTP/2, in milliseconds. */
const GREETING_TIMEOUT = 10_000;
/** Bytes with which every HTTP/2 connection begins: the preface and an empty SETTINGS frame (RFC 9113 section 3.4). */
const GREETING_BYTES = 24 + 9;

/** gRPC by the package `@grpc/grpc-js`, over sockets of our own. */
export function createGrpcJsTransport(): Transport {
  return { listen };
}

async function listen(options: ListenOptions, methods: Methods): Promise<Listener> {
  const { address, access, observer, tls, maxMessageBytes } = options;
  // Standard error is the process log, whose lines are JSON.
  if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
  const closing = new AbortController();
  const server = serverOf(methods, maxMessageBytes, closing.signal);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const connections = new Connections({ max: MAX_CONNECTIONS, observer });
  /** Sockets that HTTP/2 has; those in a TLS handshake are not yet among them. */
  const served = new OpenSockets();
  const serve = (socket: Socket): void => {
    served.add(socket);
    connections.expect(socket, GREETING_BYTES, GREETING_TIMEOUT);
    injector.injectConnection(socket);
  };
  const secured: TlsServer[] = [];
  const bound = await listenAt({
    address,
    access,
    createServer: () => {
      const listener =
        tls === undefined ? createServer({ noDelay: true }, serve) : secure(tls, serve, options);
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
    async drain(timeout) {
      closing.abort();
      await bound.close();
      injector.drain(timeout);
      const timer = setTimeout(() => connections.destroy(), timeout);
      await served.closed();
      clearTimeout(timer);
      connections.destroy();
      server.forceShutdown();
    },
  };
}

function serverOf(methods: Methods, maxMessageBytes: number, closing: AbortSignal): Server {
  const server = new Server({
    'grpc.max_receive_message_length': Math.max(
      maxMessageBytes,
      Math.min(maxMessageBytes * HEADROOM, MOST_HEADROOM),
    ),
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
    interceptors: [refuseCompression],
  });
  const streams = new OpenStreams();
  for (const [path, method] of Object.entries(methods)) {
    register(server, path, method, { maxMessageBytes, closing, streams });
  }
  return server;
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
    handshakeTimeout: GREETING_TIMEOUT,
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
