/** The caller's place in a distributed trace. */
export interface TraceParent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero: the caller's span. */
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Where a decision stands in a distributed trace; empty texts when it stands in none. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
}

const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/**
 * Reads a `traceparent` header as W3C Trace Context (section 3.2) has it; undefined when it is anything else.
 * Of a version above 00, only what version 00 has is read.
 */
export function parseTraceparent(text: string): TraceParent | undefined {
  const [, version, traceId, spanId, flags] = SHAPE.exec(text) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined)
    return undefined;
  if (version === 'ff' || (version === '00' && text.length !== 55)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
