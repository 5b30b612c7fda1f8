import { once } from 'node:events';
import type { Server } from 'node:net';
import { Connections, type ConnectionsOptions } from './connections.ts';
import { type ListenerOptions, listenAt } from './listen.ts';

export interface BoundedListenerOptions<S extends Server>
  extends Omit<ListenerOptions, 'createServer'>,
    ConnectionsOptions {
  /** Creates a server, one for each address that the host name has. Its `close` ends idle connections. */
  readonly createServer: () => S;
}

/** Open listening sockets with a bound for their connections. */
export interface BoundedListener<S extends Server> {
  /** In the form of `ListenerOptions`, with the port that the system chose for port 0. */
  readonly address: string;
  /** All servers, also one that could not listen. */
  readonly servers: readonly S[];
  /** Takes no new connections, and ends open ones after their answer, at the latest after `timeout` milliseconds. */
  close(timeout: number): Promise<void>;
}

/** Rejects with an Error that has the address and the cause if it cannot listen. */
export async function listenWithinBounds<S extends Server>({
  address,
  access,
  createServer,
  ...bounds
}: BoundedListenerOptions<S>): Promise<BoundedListener<S>> {
  const connections = new Connections(bounds);
  const servers: S[] = [];
  const bound = await listenAt({
    address,
    access,
    createServer: () => {
      const server = createServer();
      server.on('connection', (socket) => connections.add(socket));
      servers.push(server);
      return server;
    },
  });
  return {
    address: bound.address,
    servers,
    async close(timeout) {
      const closed = servers.filter(({ listening }) => listening).map((server) => once(server, 'close'));
      const timer = setTimeout(() => connections.destroy(), timeout);
      await bound.close();
      await Promise.all(closed);
      clearTimeout(timer);
    },
  };
}
