import { readBody } from '../../src/engine/envoy/body.ts';
import { readHeaders } from '../../src/engine/envoy/headers.ts';
import type {
  CheckRequestMessage,
  HttpRequestMessage,
  MetadataMessage,
  PeerMessage,
  TimestampMessage,
} from '../../src/engine/envoy/messages.ts';
import { readStruct } from '../../src/engine/envoy/metadata.ts';
import { percentDecoded } from '../../src/engine/envoy/percent.ts';
import type { ProxyObserver } from '../../src/engine/envoy/proxy-observer.ts';
import type { Attributes, Peer } from '../../src/engine/request/attributes.ts';
import { checkMessages } from '../../src/node/check-messages.ts';

/**
 * The attributes in the bytes of a CheckRequest, read by `@grpc/proto-loader` from the `.proto` files: the reference for
 * `decodeCheck`. Undefined if it has no HTTP request. Throws if the bytes are not a CheckRequest.
 */
export function referenceAttributes(bytes: Uint8Array, proxy: ProxyObserver): Attributes | undefined {
  const { attributes }: CheckRequestMessage = checkMessages.decodeRequest(bytes);
  const http = attributes?.request?.http;
  if (attributes === undefined || http === undefined) return undefined;
  const source = peerOf(attributes.source);
  const hasCertificate = (attributes.source?.certificate ?? '') !== '';
  if (source.principal !== '' && !hasCertificate) proxy.notice('no_certificates');
  return {
    request: requestOf(http, attributes.request?.time, proxy),
    source,
    destination: peerOf(attributes.destination),
    connection: {
      requestedServerName: attributes.tlsSession?.sni ?? '',
      mtls: source.principal !== '' || hasCertificate,
    },
    context: mapOf(attributes.contextExtensions),
    metadata: metadataOf(attributes.metadataContext),
    routeMetadata: metadataOf(attributes.routeMetadataContext),
  };
}

function requestOf(
  http: HttpRequestMessage,
  time: TimestampMessage | undefined,
  proxy: ProxyObserver,
): Attributes['request'] {
  const { headers, form, pseudo } = readHeaders(http);
  if (form.isJoined && headers.size > 0) proxy.notice('joined_headers');
  const { body, size } = readBody(http, headers, proxy);
  const path = pseudo.get(':path') || (http.path ?? '');
  const query = http.query ?? '';
  return {
    id: headers.get('x-request-id') ?? http.id ?? '',
    method: http.method || (pseudo.get(':method') ?? ''),
    path: query === '' || path.includes('?') ? path : `${path}?${query}`,
    host: http.host || (pseudo.get(':authority') ?? headers.get('host') ?? ''),
    scheme: http.scheme || (pseudo.get(':scheme') ?? ''),
    protocol: http.protocol ?? '',
    time: timeOf(time),
    size,
    headers,
    headerForm: form,
    body,
  };
}

function timeOf(time: TimestampMessage | undefined): Attributes['request']['time'] {
  if (time === undefined) return undefined;
  const { seconds = 0, nanos = 0 } = time;
  const isInRange = seconds >= -62_135_596_800 && seconds <= 253_402_300_799;
  return isInRange && nanos >= 0 && nanos <= 999_999_999 ? { seconds, nanos } : undefined;
}

function peerOf({ address, principal, service, labels, certificate }: PeerMessage = {}): Peer {
  return {
    address: address?.socketAddress?.address ?? address?.pipe?.path ?? '',
    port: address?.socketAddress?.portValue ?? 0,
    principal: principal ?? '',
    service: service ?? '',
    labels: mapOf(labels),
    certificate: percentDecoded(certificate ?? ''),
  };
}

function mapOf(entries: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries));
}

function metadataOf({ filterMetadata = {} }: MetadataMessage = {}): Attributes['metadata'] {
  return new Map(Object.entries(filterMetadata).map(([name, struct]) => [name, readStruct(struct)]));
}
