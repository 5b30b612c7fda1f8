import { maker } from '../../recipe/recipe.ts';
import { spend } from './budget.ts';
import type { Timestamp } from './timestamp.ts';

/** Time zone: the offset from UTC in seconds, positive if ahead, at an instant in seconds since 1970. */
export type TimeZone = (seconds: number) => number;

export const UTC: TimeZone = () => 0;

const MAX_NAME = 64;
const FIXED = /^([+-]?)(\d\d):(\d\d)$/;
/** Characters of names and of fixed offsets, all of them ASCII. */
const WRITTEN = /^[A-Za-z0-9_+/:-]+$/;

/**
 * A zone of the IANA database, such as `Europe/Berlin`, or a fixed offset, such as `+02:00`; undefined if it is
 * neither.
 */
export const parseTimeZone = maker('cel.timeZone', readTimeZone);

function readTimeZone(text: string): TimeZone | undefined {
  const [, sign, hours = '', minutes = ''] = FIXED.exec(text) ?? [];
  if (sign !== undefined) {
    if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
    return () => offset;
  }
  // Letters first: a formatter would accept offsets as well, in other notations.
  if (text.length > MAX_NAME || !/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(text)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: text,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return (seconds) => clockOf(format, seconds) - seconds;
  } catch {
    return undefined;
  }
}

/** Local time of the zone, in seconds as if it were UTC. */
function clockOf(format: Intl.DateTimeFormat, seconds: number): number {
  const local = new Map(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(local.get(type));
  const date = new Date(0);
  const year = local.get('era') === 'BC' ? 1 - number('year') : number('year');
  date.setUTCFullYear(year, number('month') - 1, number('day'));
  return date.getTime() / 1000 + number('hour') * 3600 + number('minute') * 60 + number('second');
}

/** Maximum number of cached zones that requests name. */
const MAX_CACHED = 64;
const cache = new Map<string, TimeZone | undefined>();

/** Steps of setting up a zone that is not cached. */
export const STEPS_OF_NEW_ZONE = 500;

/** Cached `parseTimeZone`, for names that are only known at evaluation time. */
export function cachedTimeZone(text: string): TimeZone | undefined {
  // Before the case is folded: `K` for kelvin (U+212A) becomes the letter `k`, and would take its place in the cache.
  if (text.length > MAX_NAME || !WRITTEN.test(text)) return undefined;
  // Names of zones ignore case.
  const name = text.toLowerCase();
  if (cache.has(name)) return cache.get(name);
  spend(STEPS_OF_NEW_ZONE);
  const zone = parseTimeZone(text);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(name, zone);
  return zone;
}

/** Local date and time of day in a zone, in the UTC fields of a `Date`. */
export function localDate({ seconds }: Timestamp, zone: TimeZone): Date {
  return new Date((seconds + zone(seconds)) * 1000);
}

/** Days since the first of January of the same year. */
export function dayOfYear(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start.getTime()) / 86_400_000);
}
