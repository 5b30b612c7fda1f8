/** Trace and span of the caller in a distributed trace. */
export interface TraceParent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero: the caller's span. */
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Trace and span that a decision belongs to; empty strings if it belongs to none. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
}

const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/**
 * Parses a `traceparent` header (W3C Trace Context, section 3.2); undefined if it is malformed. Of a version above 00,
 * only the fields of version 00 are read.
 */
export function parseTraceparent(text: string): TraceParent | undefined {
  const [, version, traceId, spanId, flags] = SHAPE.exec(text) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined)
    return undefined;
  if (version === 'ff' || (version === '00' && text.length !== 55)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
