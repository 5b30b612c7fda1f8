import { BOUNDS, type Bounds } from '../http2/bounds.ts';
import { Connection } from '../http2/connection.ts';
import type { ConnectionHost } from '../http2/connection-state.ts';
import { HeldMemory } from '../http2/held-memory.ts';
import { Turns } from '../http2/turns.ts';
import { listenForSockets } from '../sockets.ts';
import type { Listener, ListenOptions, Methods, Transport } from '../transport.ts';
import { ROUTE_FIELDS, routeBy } from './routes.ts';
import { Service } from './service.ts';

/** Milliseconds between two looks at the times of all connections. */
const TICK = 500;

/** gRPC over an HTTP/2 of our own. */
export function createNativeTransport(bounds: Bounds = BOUNDS): Transport {
  return { listen: (options, methods) => listen(bounds, options, methods) };
}

async function listen(bounds: Bounds, options: ListenOptions, methods: Methods): Promise<Listener> {
  const open = new Set<Connection>();
  const shared = sharedParts(bounds, options, methods);
  const sockets = await listenForSockets(options, (socket, connections) => {
    const connection = new Connection(socket, {
      ...shared,
      ended: (cause, detail) => connections.report(socket, cause, detail),
    });
    open.add(connection);
    socket.once('close', () => open.delete(connection));
  });
  const ticking = setInterval(() => {
    const now = Date.now();
    for (const connection of open) connection.tick(now);
  }, TICK).unref();
  return {
    address: sockets.address,
    renewTls: (tls) => sockets.renewTls(tls),
    async drain(timeout) {
      await sockets.drain(timeout, () => {
        for (const connection of open) connection.lifetime.drain();
      });
      clearInterval(ticking);
    },
  };
}

type SharedParts = Omit<ConnectionHost, 'ended'>;

function sharedParts(
  bounds: Bounds,
  { maxMessageBytes, times }: ListenOptions,
  methods: Methods,
): SharedParts {
  return {
    ...times,
    bounds,
    memory: new HeldMemory(bounds.heldBytes),
    turns: new Turns(bounds),
    unsent: { bytes: 0 },
    routeFields: ROUTE_FIELDS,
    route: routeBy(methods, new Service(bounds, maxMessageBytes)),
  };
}
