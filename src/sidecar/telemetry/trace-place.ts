import type { TraceParent, TracePlace } from '../../engine/request/traceparent.ts';

const NOWHERE: TracePlace = { traceId: '', spanId: '' };

/** Place of the span of the caller; empty if it has none. */
export function placeOf(parent: TraceParent | undefined): TracePlace {
  return parent === undefined ? NOWHERE : { traceId: parent.traceId, spanId: parent.spanId };
}
