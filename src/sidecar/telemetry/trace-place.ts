import type { TraceParent, TracePlace } from '../../engine/request/traceparent.ts';

const NOWHERE: TracePlace = { traceId: '', spanId: '' };

/** In the caller's own span, where there is one. */
export function placeOf(parent: TraceParent | undefined): TracePlace {
  return parent === undefined ? NOWHERE : { traceId: parent.traceId, spanId: parent.spanId };
}
