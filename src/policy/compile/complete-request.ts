import type { BodySpec, RequestSpec } from '../language/test-request.ts';
import type { EncodeCall } from './call-body.ts';
import type { TestBody, TestRequest, ToldByProxy } from './policy-test.ts';

const UTF8 = new TextEncoder();

/** A request with its changes and all defaults. */
export function complete(
  name: string,
  spec: RequestSpec,
  changes: RequestSpec | undefined,
  encodeCall: EncodeCall,
): TestRequest {
  const headers = new Map<string, readonly string[]>();
  const body = changes?.body ?? spec.body;
  if (body?.type !== undefined) headers.set('content-type', [body.type]);
  for (const [header, value] of [...(spec.headers ?? []), ...(changes?.headers ?? [])]) {
    if (value === null) headers.delete(header);
    else headers.set(header, value);
  }
  const method =
    changes?.method ?? spec.method ?? (isCall(spec.body) || isCall(changes?.body) ? 'POST' : 'GET');
  const path = changes?.path ?? spec.path ?? defaultPath(method);
  return {
    name,
    method,
    scheme: changes?.scheme ?? spec.scheme ?? 'https',
    host: changes?.host ?? spec.host ?? '',
    path,
    headers,
    body: body && bodyOf(body, path, encodeCall),
    told: toldBy(spec, changes),
  };
}

function isCall(body: BodySpec | undefined): boolean {
  return body !== undefined && typeof body.content !== 'string';
}

/** A body whose messages do not fit, which is reported, is empty. */
function bodyOf({ content, truncated }: BodySpec, path: string, encodeCall: EncodeCall): TestBody {
  const bytes = typeof content === 'string' ? UTF8.encode(content) : encodeCall(path, content);
  return { bytes: bytes ?? new Uint8Array(0), truncated };
}

/** Facts from Envoy beside the request, with their changes, by name where there are names. */
function toldBy(spec: RequestSpec, changes: RequestSpec | undefined): ToldByProxy {
  const both = <T>(of: (spec: RequestSpec) => ReadonlyMap<string, T> | undefined): ReadonlyMap<string, T> =>
    new Map([...(of(spec) ?? []), ...((changes && of(changes)) ?? [])]);
  return {
    protocol: changes?.protocol ?? spec.protocol,
    requestedServerName: changes?.requestedServerName ?? spec.requestedServerName,
    context: both(({ context }) => context),
    metadata: both(({ metadata }) => metadata),
    routeMetadata: both(({ routeMetadata }) => routeMetadata),
    destination: { ...definedOf(spec.destination ?? {}), ...definedOf(changes?.destination ?? {}) },
  };
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that have a value. */
export function definedOf<T extends object>(value: T): Defined<T> {
  // Only members are left out.
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}

/** CONNECT has no path, and Envoy sends an empty one. */
export function defaultPath(method: string): string {
  return method === 'CONNECT' ? '' : '/';
}
