import type { BodyDenial } from '../schema/body-schema.ts';
import { type CookieReadings, readCookies } from './declared-cookies.ts';
import { type BodySource, judgeBody } from './judge-body.ts';
import { parameterViolation, unknownParameter } from './judge-parameters.ts';
import type { OpenApiSchema, Operation } from './operation.ts';
import { rawValues } from './raw-query.ts';
import { findRoute, MAX_READINGS, type RouteMatch, type RouteResult } from './route.ts';

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
  { operation, readings, other }: RouteMatch<Operation>,
  request: OpenApiRequest,
): BodyDenial | undefined {
  if (other !== undefined) return violation(twoOperations(operation, other));
  if (readings.length > MAX_READINGS) return violation('the path can be read in too many ways');
  const query = rawValues(request.query);
  if (unknownQuery === 'deny' && unknownParameter(operation.query, credentials, query))
    return violation('the operation does not have one of the query parameters');
  const cookies = cookiesOf(operation, request);
  if (cookies.unclear !== undefined)
    return violation(
      `the cookie \`${cookies.unclear}\` is written so that services read it in different ways`,
    );
  const sources = { query, headers: request.headers, paths: readings, cookies: cookies.ways };
  const wrong = parameterViolation(operation, sources);
  return wrong === undefined ? judgeBody(operation.body, request) : violation(wrong);
}

function twoOperations(one: Operation, other: Operation): string {
  const [first, second] = [one, other].map(({ method, path }) => `\`${method} ${path}\``);
  return `the path is that of ${first}, and that of ${second} for services that decode its escapes`;
}

function violation(detail: string): BodyDenial {
  return { reason: 'schema_violation', detail };
}

const NO_COOKIES: CookieReadings = { ways: [new Map()] };

function cookiesOf({ cookies }: Operation, { headers }: OpenApiRequest): CookieReadings {
  const header = cookies.size === 0 ? undefined : headers.get('cookie');
  return header === undefined ? NO_COOKIES : readCookies(header, cookies);
}
