import type { Taken } from '../limit/limit.ts';
import type { CompiledLimit } from '../set/policy-set.ts';

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers: `q` units, all back after `w` s. */
export function rateLimitFields(limit: CompiledLimit, taken: Taken, headers: Map<string, string>): void {
  const window = Math.max(1, Math.ceil((limit.burst * limit.rate.period) / limit.rate.count / 1000));
  const reset = Math.ceil((taken.allowed ? taken.resetAfter : taken.retryAfter) / 1000);
  append(headers, 'ratelimit-policy', `"${limit.name}";q=${limit.burst};w=${window}`);
  append(headers, 'ratelimit', `"${limit.name}";r=${taken.remaining};t=${reset}`);
}

function append(headers: Map<string, string>, name: string, value: string): void {
  const before = headers.get(name);
  headers.set(name, before === undefined ? value : `${before}, ${value}`);
}
