import { parseCookies } from '../request/cookies.ts';
import type { BodyDenial } from '../schema/body-schema.ts';
import { type BodySource, judgeBody } from './judge-body.ts';
import { parameterViolation, unknownParameter } from './judge-parameters.ts';
import type { OpenApiSchema, Operation } from './operation.ts';
import { type RawValues, rawValues } from './raw-query.ts';
import { findRoute, MAX_READINGS, type RouteResult } from './route.ts';

/** A request, as far as a document of OpenAPI describes it. */
export interface OpenApiRequest extends BodySource {
  /** The raw query string. */
  readonly query: string;
}

/** The operation of a request, and the raw parameters of its path. */
export type FoundOperation = RouteResult<Operation>;

/**
 * The operation for a method and a canonical path. A HEAD is judged as the GET that it asks about where the document
 * has no operation of its own for it (RFC 9110, section 9.3.2).
 */
export function findOperation({ routes }: OpenApiSchema, method: string, path: string): FoundOperation {
  const found = findRoute(routes, method, path);
  if (found.operation !== undefined || method !== 'HEAD') return found;
  const get = findRoute(routes, 'GET', path);
  return get.operation === undefined ? found : get;
}

/** Denial of a request that has no operation in the document; undefined if such requests are allowed. */
export function denyUnknown(
  { unknown }: OpenApiSchema,
  methods: readonly string[],
  method: string,
): BodyDenial | undefined {
  if (unknown === 'allow') return undefined;
  const detail =
    methods.length === 0
      ? 'the API has no operation with this path'
      : `the API has no operation ${method} with this path, only ${methods.join(', ')}`;
  return { reason: 'schema_violation', detail };
}

/** The denial of a request that does not fit its operation; undefined if it fits. */
export function judgeOperation(
  { unknownQuery, credentials }: OpenApiSchema,
  operation: Operation,
  readings: readonly ReadonlyMap<string, string>[],
  request: OpenApiRequest,
): BodyDenial | undefined {
  if (readings.length > MAX_READINGS) return violation('the path can be read in too many ways');
  const query = rawValues(request.query);
  if (unknownQuery === 'deny' && unknownParameter(operation.query, credentials, query))
    return violation('the operation does not have one of the query parameters');
  const sources = { query, headers: request.headers, cookies: cookiesOf(operation, request) };
  const wrong = parameterViolation(operation, readings, sources);
  return wrong === undefined ? judgeBody(operation.body, request) : violation(wrong);
}

function violation(detail: string): BodyDenial {
  return { reason: 'schema_violation', detail };
}

const NO_COOKIES: RawValues = new Map();

function cookiesOf({ parameters }: Operation, { headers }: OpenApiRequest): RawValues {
  const header = headers.get('cookie');
  const isRead = header !== undefined && parameters.some(({ place }) => place === 'cookie');
  return isRead ? parseCookies(header) : NO_COOKIES;
}
