import { readHeaders } from '../../src/engine/envoy/headers.ts';
import type {
  CheckRequestMessage,
  HttpRequestMessage,
  StructMessage,
} from '../../src/engine/envoy/messages.ts';
import { structOf } from '../../src/engine/envoy/metadata.ts';
import type { Attributes, BodyDefect, JsonObject, Peer } from '../../src/engine/request/attributes.ts';

/** The parts of a request that a test sets; the default is a GET without a principal. */
export interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  /** A list: the header is sent more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** True: the proxy joins repeated headers (no `encode_raw_headers`). */
  readonly joinedHeaders?: boolean;
  readonly body?: string | Uint8Array;
  readonly truncated?: boolean;
  /** Size that the proxy declares; default: length of the body. */
  readonly size?: number;
  readonly principal?: string;
  readonly certificate?: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Service of the source peer. */
  readonly service?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** TLS server name. */
  readonly sni?: string;
  /** By filter name. */
  readonly metadata?: Readonly<Record<string, JsonObject>>;
  readonly routeMetadata?: Readonly<Record<string, JsonObject>>;
  /** Time at which the proxy received the request, in seconds since 1970. */
  readonly time?: number;
}

/** The attributes of one request. The content type of a body is JSON unless set. */
export function attributes(asked: Asked = {}): Attributes {
  const { method = 'GET', path = '/', host = 'service.test', principal = '', certificate = '' } = asked;
  const bytes = bytesOf(asked);
  const { headers, form } = readHeaders(headersOf(asked));
  return {
    request: {
      id: 'request-1',
      method,
      path,
      host,
      scheme: 'https',
      protocol: 'HTTP/2',
      time: asked.time === undefined ? undefined : { seconds: asked.time, nanos: 0 },
      size: asked.size ?? bytes.length,
      headers,
      headerForm: form,
      body: { bytes, defect: defectOf(asked) },
    },
    source: peer({
      address: '10.0.0.7',
      port: 4711,
      principal,
      certificate,
      service: asked.service ?? '',
      labels: new Map(Object.entries(asked.labels ?? {})),
    }),
    destination: peer({ address: '10.0.0.8', port: 8443 }),
    connection: { requestedServerName: asked.sni ?? '', mtls: principal !== '' },
    context: new Map(Object.entries(asked.context ?? {})),
    metadata: new Map(Object.entries(asked.metadata ?? {})),
    routeMetadata: new Map(Object.entries(asked.routeMetadata ?? {})),
  };
}

/** The same request as the message that the proxy sends. */
export function checkMessage(asked: Asked = {}): CheckRequestMessage {
  const { method = 'GET', path = '/', host = 'service.test', principal = '', certificate = '' } = asked;
  const rawBody = bytesOf(asked);
  const isBuffered = asked.body !== undefined || asked.truncated === true;
  const partial = isBuffered ? { 'x-envoy-auth-partial-body': String(asked.truncated ?? false) } : {};
  return {
    attributes: {
      source: {
        address: { socketAddress: { address: '10.0.0.7', portValue: 4711 } },
        service: asked.service ?? '',
        labels: asked.labels ?? {},
        principal,
        certificate: encodeURIComponent(certificate),
      },
      destination: { address: { socketAddress: { address: '10.0.0.8', portValue: 8443 } } },
      ...(asked.sni === undefined ? {} : { tlsSession: { sni: asked.sni } }),
      metadataContext: { filterMetadata: structsOf(asked.metadata) },
      routeMetadataContext: { filterMetadata: structsOf(asked.routeMetadata) },
      request: {
        ...(asked.time === undefined ? {} : { time: { seconds: asked.time, nanos: 0 } }),
        http: {
          id: 'request-1',
          method,
          path,
          host,
          scheme: 'https',
          protocol: 'HTTP/2',
          size: asked.size ?? rawBody.length,
          ...headersOf({ ...asked, headers: { ...asked.headers, ...partial } }),
          rawBody,
        },
      },
      contextExtensions: asked.context ?? {},
    },
  };
}

function structsOf(metadata: Asked['metadata'] = {}): Readonly<Record<string, StructMessage>> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, structOf(value)]));
}

function bytesOf({ body }: Asked): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
}

function defectOf({ body, truncated }: Asked): BodyDefect | undefined {
  if (truncated === true) return 'truncated';
  return body === undefined ? 'missing' : undefined;
}

function headersOf({
  body,
  headers,
  joinedHeaders,
}: Asked): Pick<HttpRequestMessage, 'headers' | 'headerMap'> {
  const all = Object.entries({
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });
  if (joinedHeaders === true) {
    return { headers: Object.fromEntries(all.map(([key, value]) => [key, [value].flat().join(',')])) };
  }
  const lines = all.flatMap(([key, value]) => [value].flat().map((line) => ({ key, line })));
  return { headerMap: { headers: lines.map(({ key, line }) => ({ key, rawValue: ENCODER.encode(line) })) } };
}

const ENCODER = new TextEncoder();

function peer(known: Partial<Peer>): Peer {
  return { address: '', port: 0, principal: '', service: '', labels: new Map(), certificate: '', ...known };
}
