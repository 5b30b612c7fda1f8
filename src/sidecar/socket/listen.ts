import { lookup } from 'node:dns/promises';
import { isIP, type Server } from 'node:net';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { provisionalPath, publishSocketFile, type SocketAccess, type SocketFile } from './socket-file.ts';

export interface ListenerOptions {
  /** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
  readonly address: string;
  /** Access to the file of a `unix:` address. */
  readonly access: SocketAccess;
  /** Creates a server, one for each address that the host name has. */
  readonly createServer: () => Server;
}

/** Open listening sockets. */
export interface Bound {
  /** In the form of `ListenerOptions`, with the port that the system chose for port 0. */
  readonly address: string;
  /** Takes no new connections; open ones stay. Does nothing the second time. */
  close(): Promise<void>;
}

/** Rejects with an Error that has the address and the cause, with a remedy if one is known. */
export async function listenAt({ address: text, access, createServer }: ListenerOptions): Promise<Bound> {
  const address = parseAddress(text);
  if (address === undefined) {
    throw new Error(
      `cannot listen on \`${text}\`: not an address, write HOST:PORT, [IPV6]:PORT or unix:PATH`,
    );
  }
  try {
    return address.kind === 'unix'
      ? await listenOnPath(address, access, createServer())
      : await listenOnHost(address, createServer);
  } catch (error) {
    throw new Error(`cannot listen on \`${text}\`: ${causeOf(error)}`, { cause: error });
  }
}

async function listenOnPath(
  address: Extract<Address, { kind: 'unix' }>,
  access: SocketAccess,
  server: Server,
): Promise<Bound> {
  const provisional = await provisionalPath(address.path);
  await listening(server, { path: provisional });
  try {
    return boundOf(address, [server], await publishSocketFile(provisional, address.path, access));
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Listens on all addresses of a name, such as 127.0.0.1 and ::1 of `localhost`; one of them is enough. */
async function listenOnHost(
  { host, port }: Extract<Address, { kind: 'tcp' }>,
  createServer: () => Server,
): Promise<Bound> {
  const found = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }];
  const servers: Server[] = [];
  let chosen = port;
  let failure: unknown;
  for (const { address } of found) {
    const server = createServer();
    try {
      await listening(server, { host: address, port: chosen });
    } catch (error) {
      failure ??= error;
      continue;
    }
    servers.push(server);
    chosen = portOf(server) ?? chosen;
  }
  if (servers.length === 0) throw failure;
  return boundOf({ kind: 'tcp', host, port: chosen }, servers);
}

function boundOf(address: Address, servers: readonly Server[], file?: SocketFile): Bound {
  return {
    address: formatAddress(address),
    async close() {
      // Before the socket closes: as long as this process listens, no successor takes the path.
      await file?.remove();
      for (const server of servers) server.close();
    },
  };
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    // The handler stays: a later error of a working listener must not end the process.
    server.on('error', reject);
    server.listen(where, resolve);
  });
}

function portOf(server: Server): number | undefined {
  const bound = server.address();
  return bound === null || typeof bound === 'string' ? undefined : bound.port;
}

const CAUSES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens on it, stop that process or choose another port',
  EACCES: 'permission denied, choose a port above 1023 or a writable path',
  EADDRNOTAVAIL: 'no network interface of this machine has this address',
  ENOTFOUND: 'the host name cannot be resolved',
  EAI_AGAIN: 'the host name cannot be resolved',
};

function causeOf(error: unknown): string {
  return CAUSES[errorCode(error)] ?? errorMessage(error);
}
