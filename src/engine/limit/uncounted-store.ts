import type { LimitStore } from './limit.ts';

/** A store whose buckets are always full, for decisions that are not about a request that was sent. */
export const UNCOUNTED: LimitStore = {
  take: (_key, _rate, burst) => ({ allowed: true, remaining: burst, retryAfter: 0, resetAfter: 0 }),
  giveBack: () => undefined,
};
