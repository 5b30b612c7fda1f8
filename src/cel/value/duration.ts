import { Boxed } from './boxed.ts';
import { fail } from './failure.ts';

/** Duration to the nanosecond. Both parts have the same sign; together they fit 64 bits of nanoseconds. */
export class Duration extends Boxed {
  readonly kind = 'duration';
  readonly seconds: number;
  /** -999,999,999 to 999,999,999. */
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    super();
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

const BILLION = 1_000_000_000;
const MAX_NANOS = 2n ** 63n - 1n;

/** Range of 64 bits of nanoseconds: about 292 years in either direction. */
const MAX_SECONDS = 9_223_372_036;
const NANOS_AT_MAX = 854_775_807;

/** The duration of two parts, of any sign and with any number of nanoseconds. Fails if it is out of range. */
export function duration(seconds: number, nanos: number): Duration {
  let whole = seconds;
  let rest = nanos;
  if (rest >= BILLION || rest <= -BILLION) {
    whole += Math.trunc(rest / BILLION);
    rest %= BILLION;
  }
  if (whole > 0 && rest < 0) {
    whole -= 1;
    rest += BILLION;
  } else if (whole < 0 && rest > 0) {
    whole += 1;
    rest -= BILLION;
  }
  const isTooLong =
    whole > MAX_SECONDS ||
    whole < -MAX_SECONDS ||
    (Math.abs(whole) === MAX_SECONDS && Math.abs(rest) > NANOS_AT_MAX);
  return isTooLong ? fail('time_out_of_range') : new Duration(whole + 0, rest + 0);
}

export function addDurations(a: Duration, b: Duration): Duration {
  return duration(a.seconds + b.seconds, a.nanos + b.nanos);
}

export function subtractDurations(a: Duration, b: Duration): Duration {
  return duration(a.seconds - b.seconds, a.nanos - b.nanos);
}

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ns', 1n],
]);

const PART = /(\d{0,18})(?:\.(\d{0,18}))?(h|ms|m|s|us|µs|μs|ns)/y;

/** The duration that `text` represents in the notation of Go: `1h30m`, `-1.5s`, `0`. Undefined if it is not valid. */
export function parseDuration(text: string): Duration | undefined {
  if (text.length > 128) return undefined;
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return new Duration(0, 0);
  if (unsigned === '') return undefined;
  let nanos = 0n;
  let at = 0;
  while (at < unsigned.length) {
    PART.lastIndex = at;
    const part = PART.exec(unsigned);
    const [all = '', whole = '', fraction = '', unit = ''] = part ?? [];
    const size = UNITS.get(unit);
    if (size === undefined || whole + fraction === '') return undefined;
    nanos += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
    at += all.length;
  }
  if (nanos > MAX_NANOS) return undefined;
  const signed = text.startsWith('-') ? -nanos : nanos;
  return new Duration(Number(signed / 1_000_000_000n), Number(signed % 1_000_000_000n));
}

/** Notation in seconds, with as many digits as needed: `5400s`, `-1.5s`. */
export function formatDuration({ seconds, nanos }: Duration): string {
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  return `${sign}${Math.abs(seconds)}${formatNanos(Math.abs(nanos))}s`;
}

/** Fraction of a second with its decimal point; empty for 0. */
export function formatNanos(nanos: number): string {
  return nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}
