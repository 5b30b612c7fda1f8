import type { RequestHead, Route } from '../http2/stream.ts';
import { type Methods, StatusError } from '../transport.ts';
import { readCallHead } from './call-head.ts';
import { statusRoute, textRoute } from './refusals.ts';
import type { Service } from './service.ts';
import { STATUS } from './status.ts';
import { StreamCall } from './stream-call.ts';
import { UnaryCall } from './unary-call.ts';

/** Content types of calls; without a subtype it is `proto`. */
const CONTENT_TYPE = /^application\/grpc(?:\+proto)?(?:\s*;.*)?$/i;

/** Names of the fields that the receiver of a request depends on. */
export const ROUTE_FIELDS: ReadonlySet<string> = new Set(['content-type', 'grpc-timeout', 'grpc-encoding']);

/** Finds the receiver of a request by its head: a method, or a refusal. */
export function routeBy(methods: Methods, service: Service): (head: RequestHead) => Route {
  const byPath = new Map(Object.entries(methods));
  const { requestTime, headerListBytes } = service.bounds;
  const wrongMethod = textRoute('405', 'gRPC calls are requests by POST', requestTime, [['allow', 'POST']]);
  const wrongType = textRoute('415', 'gRPC calls have the content type application/grpc', requestTime);
  const unknownMethod = statusRoute(new StatusError(STATUS.UNIMPLEMENTED, 'unknown method'));
  const tooManyStreams = statusRoute(new StatusError(STATUS.RESOURCE_EXHAUSTED, 'too many streams are open'));
  const tooLarge = statusRoute(
    new StatusError(
      STATUS.RESOURCE_EXHAUSTED,
      `the headers are larger than ${String(headerListBytes)} bytes`,
    ),
    '431',
  );
  return (head) => {
    if (head.isTooLarge) return tooLarge;
    if (head.method !== 'POST') return wrongMethod;
    if (!CONTENT_TYPE.test(head.value('content-type') ?? '')) return wrongType;
    const method = byPath.get(head.path);
    if (method === undefined) return unknownMethod;
    const read = readCallHead(head);
    if (read instanceof StatusError) return statusRoute(read);
    if ('unary' in method) return { accept: (stream) => new UnaryCall(stream, method, read, service) };
    return {
      accept: (stream) =>
        service.openStream()
          ? new StreamCall(stream, method.stream, read, service)
          : tooManyStreams.accept(stream),
    };
  };
}
