/**
 * A message of up to this many times the limit is read, so that the method itself can answer that it is too large, but
 * never more than `MOST_HEADROOM` bytes.
 */
const HEADROOM = 16;
const MOST_HEADROOM = 64 * 1024 * 1024;

/** Bytes of the largest message that is read, although it may be above the limit. */
export function mostReadBytes(maxMessageBytes: number): number {
  return Math.max(maxMessageBytes, Math.min(maxMessageBytes * HEADROOM, MOST_HEADROOM));
}
