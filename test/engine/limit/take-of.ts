import type { Limit, Rate, Take } from '../../../src/engine/limit/limit.ts';

/** A limit with the id `orders/each`. */
export function limitOf(rate: Rate, burst: number = rate.count, id = 'orders/each'): Limit {
  return { id, rate, burst };
}

/** A take from one bucket of a limit. */
export function takeOf(limit: Limit, key = 'a', cost = 1): Take {
  return {
    limit,
    key,
    cost,
    hashHigh: 0,
    hashLow: 0,
    heldUntil: 0,
    heldFraction: 0,
    heldFrame: 0,
    heldReturns: 0,
  };
}
