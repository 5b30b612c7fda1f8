import { readHeaders } from '../../engine/envoy/headers.ts';
import type {
  CheckRequestMessage,
  HttpRequestMessage,
  PeerMessage,
  StructMessage,
} from '../../engine/envoy/messages.ts';
import { structOf } from '../../engine/envoy/metadata.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { thumbprintOf } from '../../engine/identity/token-binding.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import type {
  TestBody,
  TestCaller,
  TestDestination,
  TestRequest,
  TestToken,
} from '../../policy/compile/policy-test.ts';
import { usualClaims } from '../../policy/compile/usual-claims.ts';
import { certificateOf, writtenCertificate } from './test-certificates.ts';
import type { ThrowawayKeys } from './throwaway-keys.ts';

/** A request and who sends it. */
export interface CallerAndRequest {
  readonly caller: TestCaller;
  readonly request: TestRequest;
}

/** The parts of a request that depend on its token. */
export interface Sent {
  readonly path: string;
  /** Values by lower-case name, in the order in which they are sent. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The token as it is sent; undefined: none. */
  readonly token: string | undefined;
}

/** The request as its caller sends it at `now`, the token where the issuer wants it first. */
export async function sentBy(
  { caller, request }: CallerAndRequest,
  issuers: ReadonlyMap<string, Issuer>,
  keys: ThrowawayKeys,
  now: number,
): Promise<Sent> {
  const { path, headers } = request;
  if (caller.token !== undefined)
    return withHeader(path, headers, 'authorization', `Bearer ${caller.token}`, caller.token);
  if (caller.jwt === undefined) return { path, headers, token: undefined };
  const issuer = issuers.get(caller.jwt.issuer);
  const place = issuer?.from[0];
  if (issuer === undefined || place === undefined) {
    throw new Error(`a token is to come from the issuer ${caller.jwt.issuer}, which is not there`);
  }
  const claims = claimsOf(caller, caller.jwt, issuer, now);
  const token = await keys.sign(issuer, claims, caller.jwt.header, caller.jwt.key);
  if ('query' in place) {
    return { path: `${path}${path.includes('?') ? '&' : '?'}${place.query}=${token}`, headers, token };
  }
  if ('header' in place) {
    const others = place.isList === true ? (headers.get(place.header) ?? []) : [];
    return withHeader(path, headers, place.header, [...others, `${place.prefix}${token}`].join(', '), token);
  }
  const others = headers.get('cookie');
  const cookie = [...(others ?? []), `${place.cookie}=${token}`].join('; ');
  return withHeader(path, headers, 'cookie', cookie, token);
}

function withHeader(
  path: string,
  headers: Sent['headers'],
  name: string,
  value: string,
  token: string,
): Sent {
  return { path, headers: new Map([...headers, [name, [value]]]), token };
}

/** The claims of every token, overridden and extended by those of the author. */
function claimsOf(caller: TestCaller, token: TestToken, issuer: Issuer, now: number): JsonObject {
  const exp = Math.floor(now / 1000) + Math.floor(token.expiresIn / 1000);
  return withoutNulls({
    ...usualClaims(issuer, caller.name, now),
    exp,
    ...(token.bind === undefined ? {} : confirmationOf(caller)),
    ...token.claims,
  });
}

/** `cnf` for the certificate of the caller (RFC 8705, section 3.1). */
function confirmationOf({ certificate = {}, principal }: TestCaller): JsonObject {
  const thumbprint = thumbprintOf(certificateOf(certificate, principal).sha256);
  return thumbprint === undefined ? {} : { cnf: { 'x5t#S256': thumbprint } };
}

/** The members of an object but those that an author leaves out. */
function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** The message that Envoy would send; it sends at most `maxRequestBytes` of a body. */
export function checkRequest(
  { caller, request }: CallerAndRequest,
  { path, headers }: Sent,
  now: number,
  maxRequestBytes: number,
): CheckRequestMessage {
  const { told } = request;
  const body = request.body && sentBody(request.body, maxRequestBytes);
  return {
    attributes: {
      source: sourceOf(caller),
      destination: destinationOf(told?.destination ?? {}),
      contextExtensions: recordOf(told?.context),
      metadataContext: { filterMetadata: structsOf(told?.metadata) },
      routeMetadataContext: { filterMetadata: structsOf(told?.routeMetadata) },
      ...(told?.requestedServerName === undefined ? {} : { tlsSession: { sni: told.requestedServerName } }),
      request: {
        time: { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1_000_000 },
        http: {
          id: 'policy-test',
          method: request.method,
          scheme: request.scheme,
          host: request.host,
          path,
          protocol: told?.protocol ?? 'HTTP/2',
          headerMap: { headers: rawHeaders(new Map([...headers, ...(body?.headers ?? [])])) },
          size: request.body?.bytes.length ?? 0,
          ...(body === undefined ? {} : { rawBody: body.rawBody }),
        },
      },
    },
  };
}

function sourceOf({
  principal,
  certificate,
  address,
  port = 0,
  service = '',
  labels,
}: TestCaller): PeerMessage {
  const pem = certificate === undefined ? '' : writtenCertificate(certificate, principal);
  return {
    principal,
    address: { socketAddress: { address, portValue: port } },
    service,
    labels: recordOf(labels),
    certificate: encodeURIComponent(pem),
  };
}

function destinationOf({
  address,
  port = 0,
  principal = '',
  service = '',
  labels,
}: TestDestination): PeerMessage {
  const isUnknown = address === undefined && port === 0;
  return {
    principal,
    service,
    labels: recordOf(labels),
    ...(isUnknown ? {} : { address: { socketAddress: { address: address ?? '', portValue: port } } }),
  };
}

function recordOf(texts: ReadonlyMap<string, string> = new Map()): Readonly<Record<string, string>> {
  return Object.fromEntries(texts);
}

function structsOf(
  metadata: ReadonlyMap<string, JsonObject> = new Map(),
): Readonly<Record<string, StructMessage>> {
  return Object.fromEntries([...metadata].map(([name, value]) => [name, structOf(value)]));
}

function sentBody(
  { bytes, truncated }: TestBody,
  maxRequestBytes: number,
): { readonly rawBody: Uint8Array; readonly headers: Sent['headers'] } {
  const isPartial = truncated || bytes.length > maxRequestBytes;
  const headers = new Map([['x-envoy-auth-partial-body', [String(isPartial)]]]);
  return { rawBody: bytes.subarray(0, maxRequestBytes), headers };
}

/** Headers as Envoy sends them with `encode_raw_headers: true`. */
function rawHeaders(headers: Sent['headers']): RawHeaders {
  return [...headers].flatMap(([key, values]) =>
    values.map((value) => ({ key, rawValue: ENCODER.encode(value) })),
  );
}

const ENCODER = new TextEncoder();

type RawHeaders = NonNullable<NonNullable<HttpRequestMessage['headerMap']>['headers']>;

/** The text of each header, repeated ones joined as for expressions. */
export function joinedHeaders(headers: Sent['headers']): ReadonlyMap<string, string> {
  return readHeaders({ headerMap: { headers: rawHeaders(headers) } }).headers;
}
