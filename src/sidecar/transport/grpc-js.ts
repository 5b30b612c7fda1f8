import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { register } from './grpc-js-calls.ts';
import { clearSocketFile, openSocketFile, removeSocketFile } from './socket-file.ts';
import type { Listener, ListenOptions, Methods, ServerTls, Transport } from './transport.ts';

/**
 * A message of up to this many times the limit is read, so that the method itself can answer that it is too large, but
 * never more than `MOST_HEADROOM` bytes.
 */
const HEADROOM = 16;
const MOST_HEADROOM = 64 * 1024 * 1024;

/** gRPC by the package `@grpc/grpc-js`. */
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
  const bound = formatAddress(address.kind === 'tcp' ? { ...address, port } : address);
  return {
    address: bound,
    drain: async (timeout) => {
      closing.abort();
      await shutDown(server, bound, timeout);
      if (address.kind === 'unix') await removeSocketFile(address.path);
    },
  };
}

/** Resolves with the port of the listener. */
function bind(server: Server, address: string, tls: ServerCredentials): Promise<number> {
  // The log of grpc-js would repeat the rejection on standard error.
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
 * Lets calls in flight finish for `timeout` milliseconds, then ends them. It uses `drain`, since `forceShutdown` of
 * grpc-js 1.14 skips every connection if channelz is off.
 */
function shutDown(server: Server, address: string, timeout: number): Promise<void> {
  server.drain(address, timeout);
  return new Promise((resolve) => {
    server.tryShutdown(() => resolve());
  });
}

/** Cause of a failure, with a remedy if one is known. */
function problemOf(error: unknown): string {
  const text = errorMessage(error);
  if (text.includes('EADDRINUSE'))
    return 'another process listens on it, stop that process or choose another port';
  if (text.includes('EACCES')) return 'permission denied, choose a port above 1023 or a writable path';
  if (text.includes('EADDRNOTAVAIL')) return 'no network interface of this machine has this address';
  if (text.includes('ENOTFOUND') || text.includes('EAI_AGAIN')) return 'the host name cannot be resolved';
  return text;
}
