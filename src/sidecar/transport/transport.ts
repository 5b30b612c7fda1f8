/** One call as far as a handler may know it. */
export interface Call {
  /** A metadata value by lower-case name; the first when repeated. */
  metadata(name: string): string | undefined;
  /** When the caller stops waiting: milliseconds since 1970, Infinity when it did not say. */
  readonly deadline: number;
  /** Aborts when the caller went away or the listener closes. */
  readonly signal: AbortSignal;
}

/** A gRPC status other than OK, for methods where the protocol asks for one (never `Check`). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  /** google.rpc.Code */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Message bytes in, message bytes out, framing and compression undone. */
export type UnaryHandler = (request: Uint8Array, call: Call) => Uint8Array | Promise<Uint8Array>;
export type StreamHandler = (requests: AsyncIterable<Uint8Array>, call: Call) => AsyncIterable<Uint8Array>;

export interface UnaryMethod {
  readonly unary: UnaryHandler;
  /**
   * Answers for a message longer than `limit` bytes, which is never shown to `unary`. Without it, or when the
   * message is many times longer (the transport says from where on), the caller gets RESOURCE_EXHAUSTED.
   */
  readonly tooLarge?: (limit: number, call: Call) => Uint8Array;
}

export interface StreamMethod {
  readonly stream: StreamHandler;
}

/** A method by its full path, such as `/envoy.service.auth.v3.Authorization/Check`. */
export type Methods = Readonly<Record<string, UnaryMethod | StreamMethod>>;

/** PEM texts. With `clientCa`, callers must present a certificate that it signed. */
export interface ServerTls {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
  readonly clientCa: Uint8Array | undefined;
}

export interface Listener {
  /** As one would write it in `--listen`, with the port that was given. */
  readonly address: string;
  /** Takes no new calls, lets those under way finish for `timeout` milliseconds, then ends them. */
  drain(timeout: number): Promise<void>;
}

export interface ListenOptions {
  /** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
  readonly address: string;
  readonly tls: ServerTls | undefined;
  /** Largest message that is taken, bytes. */
  readonly maxMessageBytes: number;
}

/** One way of speaking gRPC. Rejects with an Error that says which address and why when it cannot listen. */
export interface Transport {
  listen(options: ListenOptions, methods: Methods): Promise<Listener>;
}
