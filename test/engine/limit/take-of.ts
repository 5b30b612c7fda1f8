import type { Rate, Take } from '../../../src/engine/limit/limit.ts';

/** A take from a bucket of one limit, which counts by this rate and burst. */
export function takeOf(key: string, rate: Rate, burst: number, cost = 1, id = 'orders/each'): Take {
  return { limit: { id, rate, burst }, key, cost, heldUntil: 0, heldFraction: 0, heldMark: 0 };
}
