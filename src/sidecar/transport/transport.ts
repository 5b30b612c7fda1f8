import type { ConnectionObserver } from '../socket/connections.ts';
import type { SocketAccess } from '../socket/socket-file.ts';

/** One call, as a handler sees it. Its methods must be called on it. */
export interface Call {
  /** First metadata value of a name in lower case. */
  metadata(name: string): string | undefined;
  /** Milliseconds since 1970; Infinity if the caller has set no deadline. */
  readonly deadline: number;
  /** Aborts when the caller disconnects, and for streams also when their connection or the listener closes. */
  readonly signal: AbortSignal;
}

/** A gRPC status other than OK, for methods whose protocol requires one (never `Check`). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  /** google.rpc.Code */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Handler of messages as bytes, without framing and compression. The bytes are not written to later; they may be a part
 * of a larger chunk, which lives as long as they do.
 */
type UnaryHandler = (request: Uint8Array, call: Call) => Uint8Array | Promise<Uint8Array>;
export type StreamHandler = (requests: AsyncIterable<Uint8Array>, call: Call) => AsyncIterable<Uint8Array>;

export interface UnaryMethod {
  readonly unary: UnaryHandler;
  /**
   * Answers a message of more than `limit` bytes, in place of `unary`. Without it, and for a message that is many times
   * larger (see the transport), the caller gets RESOURCE_EXHAUSTED.
   */
  readonly tooLarge?: (limit: number, call: Call) => Uint8Array;
}

interface StreamMethod {
  readonly stream: StreamHandler;
}

/** Methods by full path, such as `/envoy.service.auth.v3.Authorization/Check`. */
export type Methods = Readonly<Record<string, UnaryMethod | StreamMethod>>;

/** PEM texts. With `clientCa`, callers must present a certificate that this CA has signed. */
export interface ServerTls {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
  readonly clientCa: Uint8Array | undefined;
}

export interface Listener {
  /** In the form of `--listen`, with the port that the system chose for port 0. */
  readonly address: string;
  /** Takes no new calls, lets calls in flight finish for `timeout` milliseconds, then ends them. */
  drain(timeout: number): Promise<void>;
  /** Uses other certificates for new connections; those that are open stay. Only for a listener with TLS. */
  renewTls(tls: ServerTls): void;
}

/** Times of a connection in milliseconds; Infinity: never. */
export interface ConnectionTimes {
  /** Longest life, after which the caller is asked to use another connection. */
  readonly maxAge: number;
  /** Longest time without a call, after which it is ended. */
  readonly maxIdle: number;
  /** Silence after which the caller is asked for a sign of life. */
  readonly keepalive: number;
}

export interface ListenOptions {
  /** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
  readonly address: string;
  readonly tls: ServerTls | undefined;
  /** Access to the file of a `unix:` address. */
  readonly access: SocketAccess;
  readonly observer: ConnectionObserver;
  /** Largest message that is accepted, in bytes. */
  readonly maxMessageBytes: number;
  readonly times: ConnectionTimes;
}

/** A gRPC implementation. `listen` rejects with an Error that has the address and the cause. */
export interface Transport {
  listen(options: ListenOptions, methods: Methods): Promise<Listener>;
}
