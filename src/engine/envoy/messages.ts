/*
 * The messages of envoy.service.auth.v3 as plain objects. A field that is absent was not on the wire, which for a
 * scalar means its zero. Fields of a oneof that Envoy does not use here are left out of the types.
 */

export interface CheckRequestMessage {
  readonly attributes?: AttributeContextMessage;
}

interface AttributeContextMessage {
  readonly source?: PeerMessage;
  readonly destination?: PeerMessage;
  readonly request?: { readonly time?: TimestampMessage; readonly http?: HttpRequestMessage };
  readonly contextExtensions?: Readonly<Record<string, string>>;
  readonly metadataContext?: MetadataMessage;
  readonly routeMetadataContext?: MetadataMessage;
  readonly tlsSession?: { readonly sni?: string };
}

export interface PeerMessage {
  readonly address?: AddressMessage;
  readonly service?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly principal?: string;
  /** PEM, percent-encoded. */
  readonly certificate?: string;
}

interface AddressMessage {
  readonly socketAddress?: {
    readonly protocol?: number;
    readonly address?: string;
    readonly portValue?: number;
    readonly namedPort?: string;
  };
  readonly pipe?: { readonly path?: string; readonly mode?: number };
}

export interface HttpRequestMessage {
  readonly id?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly headerMap?: { readonly headers?: readonly HeaderValueMessage[] };
  readonly path?: string;
  readonly host?: string;
  readonly scheme?: string;
  readonly query?: string;
  readonly fragment?: string;
  readonly size?: number;
  readonly protocol?: string;
  readonly body?: string;
  readonly rawBody?: Uint8Array;
}

interface HeaderValueMessage {
  readonly key?: string;
  readonly value?: string;
  readonly rawValue?: Uint8Array;
}

export interface MetadataMessage {
  readonly filterMetadata?: Readonly<Record<string, StructMessage>>;
}

export interface TimestampMessage {
  readonly seconds?: number;
  readonly nanos?: number;
}

export interface StructMessage {
  readonly fields?: Readonly<Record<string, ValueMessage>>;
}

/** One of these fields, or none, which means null. */
export interface ValueMessage {
  readonly nullValue?: 0;
  readonly numberValue?: number;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly structValue?: StructMessage;
  readonly listValue?: { readonly values?: readonly ValueMessage[] };
}

export interface CheckResponseMessage {
  /** `code` is a google.rpc.Code; 0, and therefore an absent one, allows the request. */
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly deniedResponse?: {
    readonly status?: { readonly code?: number };
    readonly headers?: readonly HeaderValueOptionMessage[];
    readonly body?: string;
  };
  readonly okResponse?: {
    readonly headers?: readonly HeaderValueOptionMessage[];
    readonly headersToRemove?: readonly string[];
    readonly responseHeadersToAdd?: readonly HeaderValueOptionMessage[];
    readonly queryParametersToSet?: readonly { readonly key?: string; readonly value?: string }[];
    readonly queryParametersToRemove?: readonly string[];
  };
  readonly dynamicMetadata?: StructMessage;
}

export interface HeaderValueOptionMessage {
  readonly header?: HeaderValueMessage;
  /** Appends to a header of the request; Envoy ignores it if the request has no such header. */
  readonly append?: { readonly value?: boolean };
  /** One of `APPEND_ACTION`. */
  readonly appendAction?: number;
  readonly keepEmptyValue?: boolean;
}

/** `HeaderValueOption.HeaderAppendAction` */
export const APPEND_ACTION = {
  appendIfExistsOrAdd: 0,
  addIfAbsent: 1,
  overwriteIfExistsOrAdd: 2,
  overwriteIfExists: 3,
} as const;

/**
 * The text of the bytes from `start` to before `end`, which are UTF-8; what is not becomes U+FFFD, as in
 * https://encoding.spec.whatwg.org/#utf-8-decoder. A byte order mark stays. The platform provides it:
 * `src/node/decode-text.ts` in Node.
 */
export type DecodeText = (bytes: Uint8Array, start: number, end: number) => string;
