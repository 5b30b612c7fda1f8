/** An instant to the nanosecond, as `google.protobuf.Timestamp` carries it. */
export interface Timestamp {
  /** Seconds since 1970-01-01T00:00:00Z, may be negative. */
  readonly seconds: number;
  /** 0 to 999,999,999, counted forward from `seconds`. */
  readonly nanos: number;
}

/** The body as far as the proxy sent it. */
export interface Body {
  readonly bytes: Uint8Array;
  /** The proxy's buffer was smaller than the body (`x-envoy-auth-partial-body: true`). */
  readonly truncated: boolean;
}

/** One end of the connection, as Envoy's `AttributeContext.Peer` tells it. */
export interface Peer {
  /** IP address or socket path; empty when unknown. */
  readonly address: string;
  /** 0 when unknown. */
  readonly port: number;
  /** The authenticated identity: URI SAN, else DNS SAN, else subject; empty without a certificate. */
  readonly principal: string;
  readonly service: string;
  readonly labels: ReadonlyMap<string, string>;
  /** The peer's leaf certificate in PEM, percent-decoding undone; empty unless `include_peer_certificate`. */
  readonly certificate: string;
}

/**
 * Everything one request tells us, copied once out of the wire message and never changed afterwards.
 * INVARIANT: nothing in here is interpreted beyond what its comment says; judging happens on this value alone.
 */
export interface Attributes {
  readonly request: {
    /** Envoy's `x-request-id`; empty when absent. */
    readonly id: string;
    readonly method: string;
    /** As sent, with the query string. */
    readonly path: string;
    /** Authority as sent, port included. */
    readonly host: string;
    readonly scheme: string;
    readonly protocol: string;
    /** When Envoy received the request; undefined when it did not say. */
    readonly time: Timestamp | undefined;
    /** Body size in bytes as Envoy knows it, -1 unknown. */
    readonly size: number;
    /** Lower-case names; repeated headers joined with `,` (cookies with `; `). Pseudo-headers are not in here. */
    readonly headers: ReadonlyMap<string, string>;
    readonly body: Body;
  };
  readonly source: Peer;
  readonly destination: Peer;
  readonly connection: { readonly requestedServerName: string; readonly mtls: boolean };
  /** Per-route `context_extensions`. */
  readonly context: ReadonlyMap<string, string>;
  /** `metadata_context.filter_metadata` by filter name, as plain JSON values. */
  readonly metadata: ReadonlyMap<string, JsonValue>;
  readonly routeMetadata: ReadonlyMap<string, JsonValue>;
}

/** What a JSON text parses to. Objects may hold any own key, `__proto__` and `constructor` included. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}
