import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.ts';

/** Credentials of this process for Redis, and the CA that Redis is verified by. */
export interface RedisCredentials {
  /** Contents of files, PEM. */
  readonly tls: {
    readonly ca: Uint8Array | undefined;
    readonly cert: Uint8Array | undefined;
    readonly key: Uint8Array | undefined;
  };
  /** In place of the password of the address; a secret. */
  readonly password: string | undefined;
}

/** The part of the package that makes clients. */
export interface Ioredis {
  readonly Redis: typeof Redis;
  readonly Cluster: typeof Cluster;
}

/** A client that connects once: after its end, another one is made. */
export type Client = Redis | Cluster;

export interface ClientEvents {
  onReady(): void;
  onError(error: Error): void;
  /** The connection is over, or was never made. */
  onEnd(): void;
}

/** Longest time for a connection to be made, milliseconds. */
const CONNECT_TIMEOUT = 1000;

type Options = Omit<RedisOptions, 'replyMapping'>;

/** Begins to connect to a Redis. Nothing waits for the connection: a command fails at once while there is none. */
export function openClient(
  { Redis: SingleRedis, Cluster: RedisCluster }: Ioredis,
  address: RedisAddress,
  credentials: RedisCredentials,
  events: ClientEvents,
): Client {
  const options = optionsOf(address, credentials);
  // Without a strategy to retry, a client has exactly one end.
  const client: Client =
    address.kind === 'cluster'
      ? new RedisCluster([...address.nodes], {
          // The client connects to a node with the first command for it, which waits for that.
          redisOptions: options,
          enableOfflineQueue: false,
          enableReadyCheck: false,
          clusterRetryStrategy: () => null,
          maxRedirections: 3,
          // The name in a certificate is that of the host, and not of its address.
          ...(address.tls ? { dnsLookup: (host, found) => found(null, host) } : {}),
        })
      : new SingleRedis({
          ...options,
          ...placeOf(address, options),
          enableOfflineQueue: false,
          retryStrategy: () => null,
        });
  client.on('ready', () => events.onReady());
  client.on('error', (error: Error) => {
    events.onError(error);
    // The client would go on with database 0.
    if (commandOf(error) === 'select') client.disconnect();
  });
  client.on('end', () => events.onEnd());
  return client;
}

function commandOf(error: Error): unknown {
  const command = 'command' in error ? error.command : undefined;
  return typeof command === 'object' && command !== null && 'name' in command ? command.name : undefined;
}

function optionsOf({ user, database, password, tls }: RedisAddress, credentials: RedisCredentials): Options {
  const secret = credentials.password ?? password;
  return {
    db: database,
    connectTimeout: CONNECT_TIMEOUT,
    connectionName: 'lictor',
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // A Redis that loads its data says so in the answer to the first script.
    enableReadyCheck: false,
    // After a failover, the server that was the primary refuses to write.
    reconnectOnError: (error) => error.message.includes('READONLY'),
    ...(user === undefined ? {} : { username: user }),
    ...(secret === undefined ? {} : { password: secret }),
    ...(tls ? { tls: tlsOf(credentials) } : {}),
  };
}

/** PEM texts as the options of `tls.connect`. Certificates of the server are always verified. */
function tlsOf({ tls: { ca, cert, key } }: RedisCredentials): NonNullable<Options['tls']> {
  return {
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
    ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
  };
}

function placeOf({ kind, nodes, path, primary }: RedisAddress, { tls, password }: Options): Options {
  if (kind === 'socket') return path === undefined ? {} : { path };
  if (kind === 'sentinel') {
    return {
      sentinels: [...nodes],
      sentinelRetryStrategy: () => null,
      ...(primary === undefined ? {} : { name: primary }),
      ...(password === undefined ? {} : { sentinelPassword: password }),
      ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    };
  }
  const [node] = nodes;
  return node === undefined ? {} : { host: node.host, port: node.port };
}
