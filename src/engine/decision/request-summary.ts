import type { Attributes } from '../request/attributes.ts';
import { canonicalPath } from '../request/canonical-path.ts';
import type { DecisionOf } from './decision.ts';

type RequestSummary = Pick<DecisionOf<unknown>, 'request' | 'source' | 'destination'>;

const NOTHING: RequestSummary = {
  request: { id: '', method: '', host: '', path: '', grpc: false, traceparent: '' },
  source: { principal: '', address: '' },
  destination: { principal: '' },
};

/** Content types that Envoy treats as gRPC: `application/grpc`, alone or followed by `+`, so not gRPC-Web. */
const GRPC = /^application\/grpc(?:\+|$)/;

/** The part of a request that decisions record: without the query string, which often holds secrets. */
export function requestSummary(
  attributes: Attributes | undefined,
  path = canonicalPath(attributes?.request.path ?? '', attributes?.request.method),
): RequestSummary {
  if (attributes === undefined) return NOTHING;
  const { request, source, destination } = attributes;
  return {
    request: {
      id: request.id,
      method: request.method,
      host: request.host,
      path: path.path,
      grpc: GRPC.test(request.headers.get('content-type') ?? ''),
      traceparent: request.headers.get('traceparent') ?? '',
    },
    source: { principal: source.principal, address: source.address },
    destination: { principal: destination.principal },
  };
}
