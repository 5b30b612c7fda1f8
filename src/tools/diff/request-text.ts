import { jsonText } from '../../engine/request/json-value.ts';
import { attributesOfCandidate, type Candidate, exampleOf, type Issuers, timeOf } from './candidate.ts';

/** Most characters of one value. */
const MOST = 200;

/**
 * A candidate in one line, such as `POST https://orders.acme.svc/api as spiffe://acme.example/web with a token of acme
 * {"scope":"write"}, x-stage: prod`.
 */
export function requestText(candidate: Candidate, issuers: Issuers): string {
  const example = exampleOf(candidate, issuers);
  const { request, source } = attributesOfCandidate(candidate, {
    ...example,
    token: undefined,
    caller: undefined,
  });
  const time = timeOf(candidate);
  const { caller, token } = example;
  const line = [
    `${request.method} ${request.scheme}://${request.host}${cut(request.path)}`,
    ...(caller === undefined
      ? []
      : [`as ${cut(caller.principal)}${caller.via === 'xfcc' ? ' (forwarded)' : ''}`]),
    ...(token === undefined ? [] : [`with a token of ${token.issuer.name} ${cut(jsonText(token.claims))}`]),
    ...(has(candidate, 'address') ? [`from ${source.address}`] : []),
    ...(time === undefined ? [] : [`at ${new Date(time).toISOString()}`]),
  ].join(' ');
  const headers = [...request.headers].map(([name, value]) => `${name}: ${cut(value)}`);
  const others = [...candidate.parts.values()]
    .filter(({ field }) => OTHERS.has(field.kind))
    .map(({ field, value }) => `${[field.kind, ...field.path].join('.')}: ${cut(jsonText(value))}`);
  return [line, ...headers, ...others].join(', ');
}

/** Kinds of fields that are shown by their names. */
const OTHERS: ReadonlySet<string> = new Set([
  'port',
  'size',
  'protocol',
  'server_name',
  'destination',
  'context',
  'metadata',
  'route_metadata',
  'body',
]); // prettier-ignore

function has({ parts }: Candidate, kind: string): boolean {
  return [...parts.values()].some(({ field }) => field.kind === kind);
}

function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST - 1).toWellFormed()}…`;
}
