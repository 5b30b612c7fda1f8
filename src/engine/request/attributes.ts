/** An instant to the nanosecond, as `google.protobuf.Timestamp` carries it. */
export interface Timestamp {
  /** Seconds since 1970-01-01T00:00:00Z, may be negative. */
  readonly seconds: number;
  /** 0 to 999,999,999, counted forward from `seconds`. */
  readonly nanos: number;
}

/**
 * Reasons for which the bytes of a body cannot be judged. `missing`: the proxy sent none, and the caller did not declare
 * an empty body; `truncated`: the bytes are not known to be the whole body; `replaced`: the proxy may have replaced
 * bytes that are not UTF-8.
 */
export type BodyDefect = 'missing' | 'truncated' | 'replaced';

/** Request body, or as much of it as the proxy sent. */
export interface Body {
  /** INVARIANT: judged only if `defect` is undefined. */
  readonly bytes: Uint8Array;
  /** Undefined: the bytes are the whole body, as the caller sent it. */
  readonly defect: BodyDefect | undefined;
}

/** Facts about the headers of a request that the text of repeated ones, joined, does not show. */
export interface HeaderForm {
  /** The proxy has joined repeated headers, so that a comma may separate two (no `encode_raw_headers`). */
  readonly isJoined: boolean;
  /** Values of each header that arrived more than once, in order. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  /** Names with other characters than letters, digits and `-`. */
  readonly unusual: readonly string[];
  /** True if a header of `OVERRIDE_HEADERS` was sent, also under a name that some servers take for one of them. */
  readonly hasOverride: boolean;
}

/** One end of the connection, from Envoy's `AttributeContext.Peer`. */
export interface Peer {
  /** IP address or socket path; empty when unknown. */
  readonly address: string;
  /** 0 when unknown. */
  readonly port: number;
  /** The authenticated identity: URI SAN, else DNS SAN, else subject; empty without a certificate. */
  readonly principal: string;
  readonly service: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Leaf certificate of the peer in PEM, percent-decoded; empty unless Envoy sets `include_peer_certificate`. */
  readonly certificate: string;
}

/**
 * Attributes of one request, copied once from the wire message and never changed afterwards.
 * INVARIANT: a value is interpreted only as its comment says; decisions read nothing but this object.
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
    /** Time at which Envoy received the request; undefined if Envoy did not send it. */
    readonly time: Timestamp | undefined;
    /** Bytes of the body: `content-length`, else those that Envoy had received, -1 if the body is truncated. */
    readonly size: number;
    /** By lower-case name; repeated headers joined with `,` (cookies with `; `). Without pseudo-headers. */
    readonly headers: ReadonlyMap<string, string>;
    readonly headerForm: HeaderForm;
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

/**
 * A parsed JSON text. Objects may have any own key, `__proto__` and `constructor` included. An integer beyond the safe
 * range is a bigint of 64 bits; a number is a double or a safe integer.
 */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}
