import { type Limit, type Rate, type Take, takeFrom } from '../../../src/engine/limit/limit.ts';

/** A limit with the id `orders/each`. */
export function limitOf(rate: Rate, burst: number = rate.count, id = 'orders/each'): Limit {
  return { id, rate, burst };
}

/** A take from one bucket of a limit. */
export function takeOf(limit: Limit, key = 'a', cost = 1): Take {
  return takeFrom(limit, key, cost);
}
