import type { TraceParent } from '../request/traceparent.ts';

/** Where a decision stands in a distributed trace; empty texts when it stands in none. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
}

const NOWHERE: TracePlace = { traceId: '', spanId: '' };

/** In the caller's own span, where there is one. */
export function placeOf(parent: TraceParent | undefined): TracePlace {
  return parent === undefined ? NOWHERE : { traceId: parent.traceId, spanId: parent.spanId };
}
