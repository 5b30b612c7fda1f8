import { Boxed } from './boxed.ts';
import { type Duration, duration, formatNanos } from './duration.ts';
import { fail } from './failure.ts';

/** An instant to the nanosecond, in the years 1 to 9999. */
export class Timestamp extends Boxed {
  readonly kind = 'timestamp';
  /** Since 1970-01-01T00:00:00Z; may be negative. */
  readonly seconds: number;
  /** 0 to 999,999,999, counted forward from `seconds`. */
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    super();
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

/** Instant that need not be an instance of `Timestamp`. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** First second of the year 1, and last second of the year 9999. */
export const MIN_SECONDS = -62_135_596_800;
export const MAX_SECONDS = 253_402_300_799;
const BILLION = 1_000_000_000;

/**
 * The timestamp of two parts; undefined outside of the years 1 to 9999. Nanoseconds may be any number below a
 * billion, also negative.
 */
export function timestamp(seconds: number, nanos: number): Timestamp | undefined {
  const carry = nanos >= 0 && nanos < BILLION ? 0 : Math.floor(nanos / BILLION);
  const whole = seconds + carry;
  return whole >= MIN_SECONDS && whole <= MAX_SECONDS
    ? new Timestamp(whole, nanos - carry * BILLION)
    : undefined;
}

export function addToTimestamp(to: Instant, { seconds, nanos }: Duration): Timestamp {
  return timestamp(to.seconds + seconds, to.nanos + nanos) ?? fail('time_out_of_range');
}

export function subtractFromTimestamp(from: Instant, { seconds, nanos }: Duration): Timestamp {
  return timestamp(from.seconds - seconds, from.nanos - nanos) ?? fail('time_out_of_range');
}

export function between(later: Instant, earlier: Instant): Duration {
  return duration(later.seconds - earlier.seconds, later.nanos - earlier.nanos);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** The timestamp that `text` represents by RFC 3339; undefined if it is not valid, or outside of the years 1 to 9999. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const number = (index: number): number => Number(parts[index] ?? 0);
  const [year, month, day] = [number(1), number(2), number(3)];
  const [hour, minute, second] = [number(4), number(5), number(6)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A Date turns the 30th of February into a day of March; RFC 3339 does not allow it.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || number(9) > 23 || number(10) > 59) return undefined;
  const offset = (parts[8] === '-' ? -1 : 1) * (number(9) * 3600 + number(10) * 60);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  return timestamp(seconds, Number((parts[7] ?? '').padEnd(9, '0')));
}

/** Notation of RFC 3339, in UTC, with as many fractional digits as needed. */
export function formatTimestamp({ seconds, nanos }: Timestamp): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}${formatNanos(nanos)}Z`;
}
