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

/** Length of version 00, and the dashes in it. */
const LENGTH = 55;
const DASHES = [2, 35, 52] as const;
const DASH = 0x2d;
const ZERO = 0x30;

/** Places of the trace id and the span id in a `traceparent`. */
export const TRACE_ID = { start: 3, end: 35 } as const;
export const SPAN_ID = { start: 36, end: 52 } as const;

/**
 * Parses a `traceparent` header (W3C Trace Context, section 3.2); undefined if it is malformed. Of a version above 00,
 * only the fields of version 00 are read.
 */
export function parseTraceparent(text: string): TraceParent | undefined {
  if (!isTraceparent(text)) return undefined;
  return {
    traceId: text.slice(TRACE_ID.start, TRACE_ID.end),
    spanId: text.slice(SPAN_ID.start, SPAN_ID.end),
    sampled: (Number.parseInt(text.slice(53, LENGTH), 16) & 1) === 1,
  };
}

/** True if `parseTraceparent` finds its ids. */
export function isTraceparent(text: string): boolean {
  if (!hasShape(text)) return false;
  if (text.startsWith('ff') || (text.startsWith('00') && text.length !== LENGTH)) return false;
  return !isZero(text, TRACE_ID) && !isZero(text, SPAN_ID);
}

/** True if the text begins with hex digits in lower case and dashes in their places, and goes on with nothing but a dash. */
function hasShape(text: string): boolean {
  if (text.length < LENGTH || (text.length > LENGTH && text.charCodeAt(LENGTH) !== DASH)) return false;
  for (let at = 0; at < LENGTH; at++) {
    const code = text.charCodeAt(at);
    const isDash = at === DASHES[0] || at === DASHES[1] || at === DASHES[2];
    if (isDash ? code !== DASH : !isHex(code)) return false;
  }
  return true;
}

function isZero(text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) !== ZERO) return false;
  return true;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
}
