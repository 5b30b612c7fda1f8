import type { Rate } from './limit.ts';

/**
 * Most requests a period, and the largest burst. With the longest period of a day, everything that a bucket counts
 * stays an exact integer (100,000,000 times 86,400,000 is below 2^53).
 */
export const MAX_COUNT = 100_000_000;

const PERIODS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Reads `100/s`, `N/m`, `N/h` or `N/d`, N a whole number from 1 on. A problem is one sentence about the text. */
export function parseRate(
  text: string,
):
  | { readonly rate: Rate; readonly problem?: undefined }
  | { readonly problem: string; readonly rate?: undefined } {
  const [, digits = '', unit = ''] = /^([0-9]{1,12})\/([a-z]+)$/.exec(text) ?? [];
  if (digits === '') return { problem: `\`${text}\` is not a valid rate` };
  const period = PERIODS.get(unit);
  if (period === undefined) return { problem: `\`${unit}\` in \`${text}\` is not a valid period` };
  const count = Number(digits);
  if (count === 0) return { problem: `\`${text}\` allows no request; write a deny rule instead` };
  if (count > MAX_COUNT) return { problem: `\`${text}\` is more than ${MAX_COUNT} per period` };
  return { rate: { count, period } };
}

/** Requests at once when `burst` is not written: what the rate gives in one of its periods. */
export function defaultBurst(rate: Rate): number {
  return rate.count;
}
