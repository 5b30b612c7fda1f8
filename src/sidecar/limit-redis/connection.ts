import { hash } from 'node:crypto';
import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.ts';

/** Contents of the files for TLS to Redis, PEM. */
export interface RedisTls {
  readonly ca: Uint8Array | undefined;
  readonly cert: Uint8Array | undefined;
  readonly key: Uint8Array | undefined;
}

/** A Lua script, by its text and the digest under which Redis keeps it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

export function scriptOf(text: string): Script {
  return { text, sha: hash('sha1', text, 'hex') };
}

/** The connections to a Redis. Nothing waits for one: a command fails at once while there is none. */
export interface Connection {
  /** True if the keys of one script must be in one slot. */
  readonly isCluster: boolean;
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Gives up the connection, with the commands that wait for an answer, and makes another one. */
  reconnect(): void;
  close(): void;
}

/** Longest time for a connection to be made, milliseconds. */
const CONNECT_TIMEOUT = 1000;
const LONGEST_RETRY = 2000;

/** Connects to a Redis; `onFault` has each reason for which there is no connection. */
export async function connect(
  address: RedisAddress,
  tls: RedisTls,
  password: string | undefined,
  onFault: (message: string) => void,
): Promise<Connection> {
  // Loaded here, so that a process without shared limits never has it in memory.
  const ioredis = await import('ioredis');
  const options = optionsOf(address, tls, password);
  const client: Redis | Cluster =
    address.kind === 'cluster'
      ? new ioredis.Cluster([...address.nodes], {
          // The client connects to a node with the first command for it, which waits for that.
          redisOptions: options,
          enableOfflineQueue: false,
          clusterRetryStrategy: retryAfter,
          maxRedirections: 3,
        })
      : new ioredis.Redis({
          ...options,
          ...placeOf(address, options),
          enableOfflineQueue: false,
          retryStrategy: retryAfter,
        });
  client.on('error', (error: Error) => onFault(error.message));
  return {
    isCluster: address.kind === 'cluster',
    async run({ text, sha }, keys, args) {
      try {
        return await client.evalsha(sha, keys.length, ...keys, ...args);
      } catch (error) {
        // After a restart or a failover, Redis has not seen the script.
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return await client.eval(text, keys.length, ...keys, ...args);
      }
    },
    reconnect: () => client.disconnect(true),
    close: () => client.disconnect(),
  };
}

function optionsOf(
  { user, database, tls, ...address }: RedisAddress,
  files: RedisTls,
  password: string | undefined,
): Omit<RedisOptions, 'replyMapping'> {
  const secret = password ?? address.password;
  return {
    db: database,
    connectTimeout: CONNECT_TIMEOUT,
    connectionName: 'lictor',
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // After a failover, the server that was the primary refuses to write.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(user === undefined ? {} : { username: user }),
    ...(secret === undefined ? {} : { password: secret }),
    ...(tls ? { tls: tlsOf(files) } : {}),
  };
}

/** PEM texts as the options of `tls.connect`. Certificates of the server are always verified. */
function tlsOf({ ca, cert, key }: RedisTls): NonNullable<RedisOptions['tls']> {
  return {
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
    ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
  };
}

function placeOf(
  { kind, nodes, path, primary }: RedisAddress,
  { tls, password }: Omit<RedisOptions, 'replyMapping'>,
): Omit<RedisOptions, 'replyMapping'> {
  if (kind === 'socket') return path === undefined ? {} : { path };
  if (kind === 'sentinel') {
    return {
      sentinels: [...nodes],
      ...(primary === undefined ? {} : { name: primary }),
      ...(password === undefined ? {} : { sentinelPassword: password }),
      ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    };
  }
  const [node] = nodes;
  return node === undefined ? {} : { host: node.host, port: node.port };
}

/** Milliseconds until the next attempt to connect. */
function retryAfter(attempts: number): number {
  return Math.min(LONGEST_RETRY, 25 * 2 ** Math.min(attempts, 10)) * (0.5 + Math.random() / 2);
}
