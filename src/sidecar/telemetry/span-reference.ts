import type { SpanReference, TraceParent } from '../../engine/request/traceparent.ts';

const NOWHERE: SpanReference = { traceId: '', spanId: '' };

/** The span of the caller; empty identifiers if there is none. */
export function spanReference(parent: TraceParent | undefined): SpanReference {
  return parent === undefined ? NOWHERE : { traceId: parent.traceId, spanId: parent.spanId };
}
