import { Duration } from '@marcbachmann/cel-js/evaluator';

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** A timestamp as RFC 3339 writes it, to the millisecond (finer digits are cut off); undefined when it is none. */
export function parseTimestamp(text: string): Date | undefined {
  const parts = TIMESTAMP.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts;
  const local = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`);
  // Date rolls the 30th of February over; RFC 3339 knows no such day.
  if (Number.isNaN(local.getTime()) || local.getUTCDate() !== Number(day)) return undefined;
  const offset = zoneMinutes(zone);
  return offset === undefined ? undefined : inRange(local.getTime() - offset * 60_000);
}

function zoneMinutes(zone: string): number | undefined {
  if (zone.length === 1) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** The instants that protobuf's Timestamp holds: years 1 to 9999. */
export function inRange(milliseconds: number): Date | undefined {
  return milliseconds >= -62_135_596_800_000 && milliseconds <= 253_402_300_799_999
    ? new Date(milliseconds)
    : undefined;
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  ns: 1n,
};

const PART = /(\d{1,18})?(?:\.(\d{1,18})?)?(h|ms|m|s|us|µs|ns)/y;

/** protobuf's Duration: 10,000 years either way. */
const MAX_SECONDS = 315_576_000_000n;

/** A duration as Go writes it, `1h30m`, `-1.5s`, `0`; undefined when it is none. */
export function parseDuration(text: string): Duration | undefined {
  if (text.length > 64) return undefined;
  const negative = text.startsWith('-');
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return new Duration(0n);
  let nanos = 0n;
  let at = 0;
  while (at < unsigned.length) {
    PART.lastIndex = at;
    const part = PART.exec(unsigned);
    const [all = '', whole = '', fraction = '', unit = ''] = part ?? [];
    if (part === null || whole + fraction === '') return undefined;
    const size = NANOSECONDS[unit] ?? 0n;
    nanos += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
    at += all.length;
  }
  if (unsigned === '' || nanos / 1_000_000_000n > MAX_SECONDS) return undefined;
  const sign = negative ? -1n : 1n;
  return new Duration((sign * nanos) / 1_000_000_000n, Number((sign * nanos) % 1_000_000_000n));
}
