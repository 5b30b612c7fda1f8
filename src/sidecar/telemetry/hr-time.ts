import type { HrTime } from '@opentelemetry/api';

/** Seconds and nanoseconds of milliseconds since 1970, with fractions. */
export function hrTime(time: number): HrTime {
  const seconds = Math.floor(time / 1000);
  return [seconds, Math.round((time - seconds * 1000) * 1e6)];
}
