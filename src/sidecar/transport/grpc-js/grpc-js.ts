import type { Socket } from 'node:net';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { mostReadBytes } from '../message-bounds.ts';
import { listenForSockets } from '../sockets.ts';
import type { ConnectionTimes, Listener, ListenOptions, Methods, Transport } from '../transport.ts';
import { OpenStreams, refuseCompression, register } from './calls.ts';

/** Time for the first bytes of HTTP/2, in milliseconds. */
const GREETING_TIMEOUT = 10_000;
/** Bytes with which every HTTP/2 connection begins: the preface and an empty SETTINGS frame (RFC 9113 section 3.4). */
const GREETING_BYTES = 24 + 9;

/** gRPC by the package `@grpc/grpc-js`, over sockets of our own. */
export function createGrpcJsTransport(): Transport {
  return { listen };
}

async function listen(options: ListenOptions, methods: Methods): Promise<Listener> {
  // Standard error is the process log, whose lines are JSON.
  if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
  const closing = new AbortController();
  const server = serverOf(methods, options, closing.signal);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = await listenForSockets(options, (socket: Socket, connections) => {
    connections.expect(socket, GREETING_BYTES, GREETING_TIMEOUT);
    injector.injectConnection(socket);
  });
  return {
    address: sockets.address,
    renewTls: (tls) => sockets.renewTls(tls),
    async drain(timeout) {
      closing.abort();
      await sockets.drain(timeout, () => injector.drain(timeout));
      server.forceShutdown();
    },
  };
}

function serverOf(methods: Methods, { maxMessageBytes, times }: ListenOptions, closing: AbortSignal): Server {
  const server = new Server({
    'grpc.max_receive_message_length': mostReadBytes(maxMessageBytes),
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
    ...timesOf(times),
    interceptors: [refuseCompression],
  });
  const streams = new OpenStreams();
  for (const [path, method] of Object.entries(methods)) {
    register(server, path, method, { maxMessageBytes, closing, streams });
  }
  return server;
}

/** Options without those that are Infinity: never. */
function timesOf({ maxAge, maxIdle, keepalive }: ConnectionTimes): Readonly<Record<string, number>> {
  const options = {
    'grpc.max_connection_age_ms': maxAge,
    'grpc.max_connection_idle_ms': maxIdle,
    'grpc.keepalive_time_ms': keepalive,
  };
  return Object.fromEntries(Object.entries(options).filter(([, time]) => Number.isFinite(time)));
}
