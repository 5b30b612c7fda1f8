import type { CheckRequestMessage } from '../../src/envoy/messages.ts';
import type { Attributes, Peer } from '../../src/request/attributes.ts';

/** What a test says of a request; the rest is a plain GET from nobody. */
export interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly truncated?: boolean;
  /** As the proxy declares it; default the length of the body. */
  readonly size?: number;
  readonly principal?: string;
  readonly certificate?: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** The attributes of one request. A body without a content type is JSON. */
export function attributes(asked: Asked = {}): Attributes {
  const { method = 'GET', path = '/', host = 'service.test', principal = '', certificate = '' } = asked;
  const bytes = bytesOf(asked);
  return {
    request: {
      id: 'request-1',
      method,
      path,
      host,
      scheme: 'https',
      protocol: 'HTTP/2',
      time: undefined,
      size: asked.size ?? bytes.length,
      headers: new Map(Object.entries(headersOf(asked))),
      body: { bytes, truncated: asked.truncated ?? false },
    },
    source: peer({ address: '10.0.0.7', principal, certificate }),
    destination: peer({ address: '10.0.0.8', port: 8443 }),
    connection: { requestedServerName: '', mtls: principal !== '' },
    context: new Map(Object.entries(asked.context ?? {})),
    metadata: new Map(),
    routeMetadata: new Map(),
  };
}

/** The same request as the proxy would send it. */
export function checkMessage(asked: Asked = {}): CheckRequestMessage {
  const { method = 'GET', path = '/', host = 'service.test', principal = '', certificate = '' } = asked;
  const rawBody = bytesOf(asked);
  const partial = { 'x-envoy-auth-partial-body': String(asked.truncated ?? false) };
  return {
    attributes: {
      source: {
        address: { socketAddress: { address: '10.0.0.7' } },
        principal,
        certificate: encodeURIComponent(certificate),
      },
      destination: { address: { socketAddress: { address: '10.0.0.8', portValue: 8443 } } },
      request: {
        http: {
          id: 'request-1',
          method,
          path,
          host,
          scheme: 'https',
          protocol: 'HTTP/2',
          size: asked.size ?? rawBody.length,
          headers: { ...headersOf(asked), ...partial },
          rawBody,
        },
      },
      contextExtensions: asked.context ?? {},
    },
  };
}

function bytesOf({ body }: Asked): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
}

function headersOf({ body, headers }: Asked): Readonly<Record<string, string>> {
  return { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
}

function peer(known: Partial<Peer>): Peer {
  return { address: '', port: 0, principal: '', service: '', labels: new Map(), certificate: '', ...known };
}
