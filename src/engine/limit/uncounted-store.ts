import type { LimitStore, Take, Taken } from './limit.ts';

/** A store whose buckets are always full, for decisions that are not about a request that was sent. */
export const UNCOUNTED: LimitStore = {
  take: full,
  takeAll: (takes) => takes.map(full),
  giveBack: () => undefined,
};

function full({ limit }: Take): Taken {
  return { allowed: true, remaining: limit.burst, retryAfter: 0, resetAfter: 0 };
}
