import type { Attributes, Peer, Timestamp } from '../request/attributes.ts';
import { readBody } from './body.ts';
import { readHeaders } from './headers.ts';
import type {
  CheckMessages,
  CheckRequestMessage,
  HttpRequestMessage,
  PeerMessage,
  TimestampMessage,
} from './messages.ts';
import { readMetadata } from './metadata.ts';
import { percentDecoded } from './percent.ts';
import { ProxyObserver } from './proxy-observer.ts';

export type DecodedCheck =
  | { readonly attributes: Attributes; readonly reason?: undefined }
  | { readonly reason: 'bad_check' | 'not_http'; readonly attributes?: undefined };

const BAD_CHECK = { reason: 'bad_check' } as const;
const NOT_HTTP = { reason: 'not_http' } as const;

/**
 * Reads a CheckRequest into one snapshot. Never throws. `bad_check`: the bytes are not a CheckRequest, or it has no
 * attributes; `not_http`: it has no HTTP request (checks of the network filter). Everything else may be missing, since
 * other proxies than Envoy use ext_authz (gRPC's own filter, gRFC A92, sends less). The body is a view of `bytes`,
 * which must not change after the call. `proxy` is what earlier checks have told about the proxy, and learns from this one.
 */
export function decodeCheck(
  bytes: Uint8Array,
  messages: CheckMessages,
  proxy = new ProxyObserver(),
): DecodedCheck {
  try {
    return snapshot(messages.decodeRequest(bytes), proxy);
  } catch {
    return BAD_CHECK;
  }
}

function snapshot({ attributes: context }: CheckRequestMessage, proxy: ProxyObserver): DecodedCheck {
  if (context === undefined) return BAD_CHECK;
  const http = context.request?.http;
  if (http === undefined) return NOT_HTTP;
  const source = readPeer(context.source);
  const hasCertificate = (context.source?.certificate ?? '') !== '';
  if (source.principal !== '' && !hasCertificate) proxy.notice('no_certificates');
  return {
    attributes: Object.freeze<Attributes>({
      request: readRequest(http, context.request?.time, proxy),
      source,
      destination: readPeer(context.destination),
      connection: Object.freeze({
        requestedServerName: context.tlsSession?.sni ?? '',
        mtls: source.principal !== '' || hasCertificate,
      }),
      context: readMap(context.contextExtensions),
      metadata: readMetadata(context.metadataContext),
      routeMetadata: readMetadata(context.routeMetadataContext),
    }),
  };
}

function readRequest(
  http: HttpRequestMessage,
  time: TimestampMessage | undefined,
  proxy: ProxyObserver,
): Attributes['request'] {
  const { headers, form, pseudo } = readHeaders(http);
  // Proxies other than Envoy may send no headers at all.
  if (form.isJoined && headers.size > 0) proxy.notice('joined_headers');
  const { body, size } = readBody(http, headers, proxy);
  return Object.freeze<Attributes['request']>({
    // Envoy's own `id` is the number of a stream, which no one else sees; callers and logs have the header.
    id: headers.get('x-request-id') ?? http.id ?? '',
    method: http.method || (pseudo.get(':method') ?? ''),
    // Envoy writes `!` into `http.path` for bytes that are not UTF-8; raw headers have the bytes.
    path: readPath(pseudo.get(':path') || (http.path ?? ''), http.query ?? ''),
    host: http.host || (pseudo.get(':authority') ?? headers.get('host') ?? ''),
    scheme: http.scheme || (pseudo.get(':scheme') ?? ''),
    protocol: http.protocol ?? '',
    time: readTime(time),
    size,
    headers,
    headerForm: form,
    body,
  });
}

/** Envoy leaves `query` empty and keeps it in `path`; a proxy that splits it off must not hide it from rules. */
function readPath(path: string, query: string): string {
  return query === '' || path.includes('?') ? path : `${path}?${query}`;
}

/** The time if it is in the range of google.protobuf.Timestamp, the years 1 to 9999; else undefined. */
function readTime(time: TimestampMessage | undefined): Timestamp | undefined {
  if (time === undefined) return undefined;
  const { seconds = 0, nanos = 0 } = time;
  if (seconds < -62_135_596_800 || seconds > 253_402_300_799 || nanos < 0 || nanos > 999_999_999) {
    return undefined;
  }
  return Object.freeze({ seconds, nanos });
}

const NO_PEER: PeerMessage = {};

/** Decodes the certificate when a policy first reads it: most do not. */
function readPeer({
  address,
  principal,
  service,
  labels,
  certificate: encoded,
}: PeerMessage = NO_PEER): Peer {
  let certificate: string | undefined;
  return Object.freeze<Peer>({
    address: address?.socketAddress?.address ?? address?.pipe?.path ?? '',
    port: address?.socketAddress?.portValue ?? 0,
    principal: principal ?? '',
    service: service ?? '',
    labels: readMap(labels),
    get certificate(): string {
      certificate ??= percentDecoded(encoded ?? '');
      return certificate;
    },
  });
}

const EMPTY: ReadonlyMap<string, string> = new Map();

function readMap(entries: Readonly<Record<string, string>> | undefined): ReadonlyMap<string, string> {
  return entries === undefined ? EMPTY : new Map(Object.entries(entries));
}
