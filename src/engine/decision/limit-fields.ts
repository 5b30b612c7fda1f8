import type { Taken } from '../limit/limit.ts';
import type { CompiledLimit } from '../set/policy-set.ts';

/** Seconds that are the rounding of a sum of milliseconds. */
const ROUNDING = 1e-6;

/**
 * Adds the items of one limit to `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers: `q` units,
 * all back after `w` s; `r` units left, more of them in `t` s. `retryAfter`: milliseconds until the request would be
 * allowed; 0 if it is. No `t` is later than that. The key of the bucket is not told.
 */
export function rateLimitFields(
  limit: CompiledLimit,
  taken: Taken,
  retryAfter: number,
  headers: Map<string, string>,
): void {
  const before = headers.get('ratelimit-policy');
  const name = nameOf(limit, before);
  const wait = taken.allowed ? nextUnit(limit, taken) : taken.retryAfter;
  const isTold = Number.isFinite(wait) && (retryAfter === 0 || wait <= retryAfter);
  append(headers, 'ratelimit-policy', `${name};q=${limit.burst};w=${Math.max(1, seconds(windowOf(limit)))}`);
  append(headers, 'ratelimit', `${name};r=${taken.remaining}${isTold ? `;t=${seconds(wait)}` : ''}`);
}

/** Milliseconds in which an empty bucket fills. */
export function windowOf({ burst, rate }: CompiledLimit): number {
  return (burst * rate.period) / rate.count;
}

/** Milliseconds until one more unit is there; 0 if the bucket is full. */
function nextUnit(limit: CompiledLimit, { remaining, resetAfter }: Taken): number {
  if (resetAfter === 0) return 0;
  const fullWithNext = ((limit.burst - remaining - 1) * limit.rate.period) / limit.rate.count;
  return Math.max(0, resetAfter - fullWithNext);
}

/** Name of a limit as a String (RFC 9651), with that of its policy if a limit `before` has the same. */
function nameOf({ name, id }: CompiledLimit, before: string | undefined): string {
  return before?.includes(`"${name}";`) === true ? `"${id}"` : `"${name}"`;
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000 - ROUNDING);
}

function append(headers: Map<string, string>, name: string, value: string): void {
  const before = headers.get(name);
  headers.set(name, before === undefined ? value : `${before}, ${value}`);
}
