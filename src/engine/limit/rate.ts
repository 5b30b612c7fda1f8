import type { Rate } from './limit.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Maximum requests per period, and maximum burst. With a period of a day, the counts of a bucket stay exact integers
 * (100,000,000 times 86,400,000 is below 2^53). A longer period has a lower maximum: `mostPer`.
 */
export const MAX_COUNT = 100_000_000;

/** Longest period: a leap year. Buckets are held in memory, so a longer one would hardly ever be counted to its end. */
const LONGEST = 366 * DAY;

/** Units of a period, longest first, as they are combined (`1h30m`), with the words that may stand for a single one. */
const UNITS = [
  ['d', DAY, ['day', 'days']],
  ['h', HOUR, ['hour', 'hours']],
  ['m', MINUTE, ['min', 'minute', 'minutes']],
  ['s', SECOND, ['sec', 'second', 'seconds']],
] as const;

const WORDS = UNITS.flatMap(([unit, , words]) => [unit, ...words]);

/** Regular expression (ECMA-262) of the texts that `parseRate` accepts, without their bounds. */
export const RATE_PATTERN = `^0*[1-9][0-9]*/(([1-9][0-9]*)?(${WORDS.join('|')})|(?=[1-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?)$`;

/** Most requests of a period, and largest burst of a limit with that period. */
export function mostPer(period: number): number {
  return Math.min(MAX_COUNT, Math.floor((MAX_COUNT * DAY) / period));
}

/**
 * Parses `N/PERIOD`: a whole number N from 1 on, and a unit (`s`, `min`, `hour`), a number of them (`5m`, `7d`) or a
 * sum (`1h30m`). A problem is one sentence about the text.
 */
export function parseRate(
  text: string,
):
  | { readonly rate: Rate; readonly problem?: undefined }
  | { readonly problem: string; readonly rate?: undefined } {
  const [, digits = '', written = ''] = /^([0-9]{1,12})\/([0-9a-z]+)$/.exec(text) ?? [];
  if (digits === '') return { problem: `\`${text}\` is not a valid rate` };
  const period = parsePeriod(written);
  if (period === undefined) return { problem: `\`${written}\` in \`${text}\` is not a valid period` };
  if (period === 0) return { problem: `the period of \`${text}\` is empty` };
  if (period > LONGEST) return { problem: `the period of \`${text}\` is longer than 366 days` };
  const count = Number(digits);
  if (count === 0) return { problem: `\`${text}\` allows no request; write a deny rule instead` };
  const most = mostPer(period);
  if (count > most) return { problem: `\`${text}\` is more than ${most} per period` };
  return { rate: { count, period } };
}

/** Milliseconds of a period; undefined if the text is not one. */
function parsePeriod(text: string): number | undefined {
  const [, count = '1', word = ''] = /^([0-9]{1,10})?([a-z]+)$/.exec(text) ?? [];
  const unit = UNITS.find(([short, , words]) => short === word || words.some((each) => each === word));
  if (unit !== undefined) return Number(count) * unit[1];
  const parts = /^(?:([0-9]{1,10})d)?(?:([0-9]{1,10})h)?(?:([0-9]{1,10})m)?(?:([0-9]{1,10})s)?$/.exec(text);
  if (parts === null) return undefined;
  return UNITS.reduce((sum, [, length], index) => sum + Number(parts[index + 1] ?? '0') * length, 0);
}

/** A rate as `N/PERIOD`, in the largest unit that is exact: `10/5m`. */
export function rateText({ count, period }: Rate): string {
  const [unit, length] = UNITS.find(([, each]) => period % each === 0) ?? ['s', SECOND];
  return `${count}/${period === length ? '' : period / length}${unit}`;
}

/** Burst of a limit without `burst`: the requests of one period. */
export function defaultBurst(rate: Rate): number {
  return rate.count;
}
