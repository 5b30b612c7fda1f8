import type { Timestamp } from '../request/attributes.ts';

export const EPOCH: Timestamp = { seconds: 0, nanos: 0 };

/** The instant `milliseconds` since 1970, to the microsecond. */
export function timestamp(milliseconds: number): Timestamp {
  const micros = Math.floor(milliseconds * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  return { seconds, nanos: (micros - seconds * 1_000_000) * 1000 };
}
