import type { SpanReference, TraceParent } from '../../engine/request/traceparent.ts';

const NOWHERE: SpanReference = { traceId: '', spanId: '' };

/** In the caller's own span, where there is one. */
export function spanReference(parent: TraceParent | undefined): SpanReference {
  return parent === undefined ? NOWHERE : { traceId: parent.traceId, spanId: parent.spanId };
}
