import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { register } from './grpc-js-calls.ts';
import { clearSocketFile, openSocketFile, removeSocketFile } from './socket-file.ts';
import type { Listener, ListenOptions, Methods, ServerTls, Transport } from './transport.ts';

/**
 * A message up to this many times the limit is still read, so that the method itself can answer that it is too
 * large; but never more than 64 MiB.
 */
const HEADROOM = 16;
const MOST_HEADROOM = 64 * 1024 * 1024;

/** gRPC by `@grpc/grpc-js`. */
export function createGrpcJsTransport(): Transport {
  return { listen };
}

async function listen(options: ListenOptions, methods: Methods): Promise<Listener> {
  const address = parseAddress(options.address);
  if (address === undefined) {
    throw new Error(
      `cannot listen on \`${options.address}\`: not an address, write HOST:PORT, [IPV6]:PORT or unix:PATH`,
    );
  }
  try {
    if (address.kind === 'unix') await clearSocketFile(address.path);
    return await serve(address, options, methods);
  } catch (error) {
    throw new Error(`cannot listen on \`${options.address}\`: ${problemOf(error)}`, { cause: error });
  }
}

async function serve(address: Address, options: ListenOptions, methods: Methods): Promise<Listener> {
  const { tls, maxMessageBytes } = options;
  const server = new Server({
    'grpc.max_receive_message_length': Math.max(
      maxMessageBytes,
      Math.min(maxMessageBytes * HEADROOM, MOST_HEADROOM),
    ),
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
  });
  const closing = new AbortController();
  for (const [path, method] of Object.entries(methods)) {
    register(server, path, method, { maxMessageBytes, closing: closing.signal });
  }
  const port = await bind(server, formatAddress(address), credentials(tls));
  if (address.kind === 'unix') await openSocketFile(address.path);
  const given = formatAddress(address.kind === 'tcp' ? { ...address, port } : address);
  return {
    address: given,
    drain: async (timeout) => {
      closing.abort();
      await shutDown(server, given, timeout);
      if (address.kind === 'unix') await removeSocketFile(address.path);
    },
  };
}

/** Resolves with the port. */
function bind(server: Server, address: string, tls: ServerCredentials): Promise<number> {
  // Its own log would tell in other words, on stderr, what the rejection says.
  if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, tls, (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function credentials(tls: ServerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { cert, key, clientCa } = tls;
  return ServerCredentials.createSsl(
    clientCa === undefined ? null : Buffer.from(clientCa),
    [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }],
    clientCa !== undefined,
  );
}

/**
 * Ends what is still under way after `timeout` milliseconds. That is left to `drain`, since `forceShutdown` of
 * grpc-js 1.14 passes over every connection when channelz is off.
 */
function shutDown(server: Server, address: string, timeout: number): Promise<void> {
  server.drain(address, timeout);
  return new Promise((resolve) => {
    server.tryShutdown(() => resolve());
  });
}

/** What failed, and what to do about it where that is known. */
function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('EADDRINUSE')) return 'another process listens there, stop it or choose another port';
  if (text.includes('EACCES')) return 'not permitted, choose a port above 1023 or a path that may be written';
  if (text.includes('EADDRNOTAVAIL')) return 'no interface of this machine has that address';
  if (text.includes('ENOTFOUND') || text.includes('EAI_AGAIN')) return 'the host name is not known';
  return text;
}
