import type { Issuer } from '../../engine/identity/issuer.ts';
import type { Attributes, JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject, jsonText } from '../../engine/request/json-value.ts';
import type { Example } from '../../policy/lint/example.ts';
import { attributesOf } from '../../policy/lint/example-attributes.ts';
import { tokenOf } from '../../policy/lint/sample-caller.ts';
import { nested } from '../../policy/lint/sample-values.ts';
import type { Field } from './field.ts';

/** Host, method and path of a request. */
export interface Route {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** A request that two versions are asked about: a route, and what it has besides, by `keyOf` of the field. */
export interface Candidate {
  readonly route: Route;
  readonly parts: ReadonlyMap<string, Part>;
}

export interface Part {
  readonly field: Field;
  readonly value: JsonValue;
}

/** Issuers whose tokens candidates carry, by the value of the field `issuer`. */
export type Issuers = ReadonlyMap<string, Issuer>;

/** The parts of the request of one kind, by the path of the field. */
function partsOf(
  candidate: Candidate,
  kind: Field['kind'],
): readonly (readonly [readonly string[], JsonValue])[] {
  const found: (readonly [readonly string[], JsonValue])[] = [];
  for (const { field, value } of candidate.parts.values()) {
    if (field.kind === kind) found.push([field.path, value]);
  }
  return found;
}

function valueOf(candidate: Candidate, kind: Field['kind']): JsonValue | undefined {
  return partsOf(candidate, kind)[0]?.[1];
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : jsonText(value);
}

/** The request in the form of lint, with its token and caller. */
export function exampleOf(candidate: Candidate, issuers: Issuers): Example {
  const { method, host, path } = candidate.route;
  const principal = valueOf(candidate, 'principal');
  const issuer = issuers.get(textOf(valueOf(candidate, 'issuer') ?? ''));
  const via = valueOf(candidate, 'via') === 'xfcc' ? 'xfcc' : 'connection';
  return {
    method,
    host,
    path: path + queryOf(candidate),
    caller: principal === undefined ? undefined : { principal: textOf(principal), via },
    token: issuer && { issuer, claims: { ...tokenOf(issuer).claims, ...claimsOf(candidate, issuer) } },
  };
}

function queryOf(candidate: Candidate): string {
  const pairs = partsOf(candidate, 'query').map(
    ([[name = ''], value]) => `${encodeURIComponent(name)}=${encodeURIComponent(textOf(value))}`,
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function claimsOf(candidate: Candidate, { scopesClaim, rolesPath, audienceClaim }: Issuer): JsonObject {
  const scopes = valueOf(candidate, 'scopes');
  const roles = valueOf(candidate, 'roles');
  const audiences = valueOf(candidate, 'audiences');
  const own = [
    ...(roles === undefined ? [] : [nested(rolesPath, roles)]),
    ...(scopes === undefined
      ? []
      : [{ [scopesClaim]: isJsonList(scopes) ? scopes.map(textOf).join(' ') : scopes }]),
    ...(audiences === undefined ? [] : [{ [audienceClaim]: audiences }]),
    ...partsOf(candidate, 'claim').map(([path, value]) => nested(path, value)),
  ];
  return own.reduce<JsonObject>(merged, {});
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const out: Record<string, JsonValue> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const before = out[name];
    out[name] = isJsonObject(before) && isJsonObject(value) ? merged(before, value) : value;
  }
  return out;
}

/** The attributes of the request, its token included, as the engine gets them from Envoy. */
export function attributesOfCandidate(candidate: Candidate, example: Example): Attributes {
  const plain = attributesOf(example);
  const body = bodyOf(candidate);
  const headers = partsOf(candidate, 'header').map(([[name = ''], value]) => [name, textOf(value)] as const);
  const destination = Object.fromEntries(
    partsOf(candidate, 'destination').map(([[name = ''], value]) => [name, value]),
  );
  const size = valueOf(candidate, 'size');
  return {
    ...plain,
    request: {
      ...plain.request,
      scheme: textOf(valueOf(candidate, 'scheme') ?? plain.request.scheme),
      protocol: textOf(valueOf(candidate, 'protocol') ?? plain.request.protocol),
      size: typeof size === 'number' ? size : (body?.length ?? 0),
      headers: new Map([
        ...plain.request.headers,
        ...(body === undefined ? [] : ([['content-type', 'application/json']] as const)),
        ...headers,
      ]),
      body: body === undefined ? plain.request.body : { bytes: body, defect: undefined },
    },
    source: {
      ...plain.source,
      address: textOf(valueOf(candidate, 'address') ?? plain.source.address),
      port: numberOf(valueOf(candidate, 'port')),
    },
    destination: {
      ...plain.destination,
      address: textOf(destination['address'] ?? destination['ip'] ?? ''),
      port: numberOf(destination['port']),
      principal: textOf(destination['principal'] ?? ''),
      service: textOf(destination['service'] ?? ''),
    },
    connection: {
      ...plain.connection,
      requestedServerName: textOf(valueOf(candidate, 'server_name') ?? ''),
    },
    context: new Map(partsOf(candidate, 'context').map(([[name = ''], value]) => [name, textOf(value)])),
    metadata: structsOf(candidate, 'metadata'),
    routeMetadata: structsOf(candidate, 'route_metadata'),
  };
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function bodyOf(candidate: Candidate): Uint8Array | undefined {
  const parts = partsOf(candidate, 'body');
  if (parts.length === 0) return undefined;
  const whole = parts.find(([path]) => path.length === 0);
  const value = whole?.[1] ?? parts.map(([path, each]) => nested(path, each)).reduce(merged, {});
  return new TextEncoder().encode(jsonText(value));
}

/** Metadata by the name of the filter. */
function structsOf(
  candidate: Candidate,
  kind: 'metadata' | 'route_metadata',
): ReadonlyMap<string, JsonObject> {
  const parts = partsOf(candidate, kind).filter(([path]) => path.length > 1);
  const all = parts.map(([path, value]) => nested(path, value)).reduce(merged, {});
  return new Map(
    Object.entries(all).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])),
  );
}

/** Time of the decision, milliseconds since 1970, if the candidate names one. */
export function timeOf(candidate: Candidate): number | undefined {
  const now = valueOf(candidate, 'now');
  return typeof now === 'number' ? now : undefined;
}

/** Number of parts, then length of all texts: the smallest of several requests says the most. */
export function sizeOf({ route, parts }: Candidate): number {
  const texts = [route.host, route.path, ...[...parts.values()].map(({ value }) => textOf(value))];
  const plain = (route.method === 'GET' ? 0 : 1) + (parts.has('via') ? 1 : 0);
  return (parts.size + plain) * 10_000 + texts.reduce((sum, text) => sum + text.length, 0);
}
