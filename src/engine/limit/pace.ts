import type { Limit, Rate } from './limit.ts';

/** Units of time per second, finest first: nanoseconds, microseconds, milliseconds, seconds. */
const UNITS = [1e9, 1e6, 1e3, 1] as const;

/** Times stay below twice this, so that sums of two are exact: 2^52 units. */
export const MOST_UNITS = 2 ** 51;

/** A length of time: `whole` units and `fraction` / `denominator` of one, by the pace that it belongs to. */
export interface Span {
  readonly whole: number;
  readonly fraction: number;
}

const NO_SPAN: Span = { whole: 0, fraction: 0 };

/**
 * Arithmetic of the generic cell rate algorithm (ITU-T I.371) for one rate and burst, in whole numbers: one unit of a
 * limit costs `interval`, which is a period divided by a count and so hardly ever whole. The denominator is at most the
 * count. INVARIANT: nothing is rounded; each sum and product is below 2^53.
 */
export class Pace {
  readonly rate: Rate;
  readonly burst: number;
  /** The finest unit by which a whole burst takes less than `MOST_UNITS`: nanoseconds up to 26 days. */
  readonly perMillisecond: number;
  readonly denominator: number;
  readonly interval: Span;
  /** Time in which an empty bucket fills. */
  readonly window: Span;
  /** Of an interval, in units of time, rounded. */
  readonly #length: number;

  constructor({ rate, burst }: Pick<Limit, 'rate' | 'burst'>) {
    this.rate = rate;
    this.burst = burst;
    const seconds = rate.period / 1000;
    const perSecond = UNITS.find((each) => ((burst * seconds) / rate.count) * each < MOST_UNITS) ?? 1;
    this.perMillisecond = perSecond / 1000;
    const period = BigInt(seconds) * BigInt(perSecond);
    const count = BigInt(rate.count);
    const common = divisor(period, count);
    this.denominator = Number(count / common);
    this.interval = { whole: Number(period / count), fraction: Number((period % count) / common) };
    this.window = this.spanOf(burst);
    this.#length = this.interval.whole + this.interval.fraction / this.denominator;
  }

  /** Time in which `cost` units come back, from 0 to `burst` of them. */
  spanOf(cost: number): Span {
    const { interval, denominator } = this;
    if (cost === 1) return interval;
    if (cost === 0) return NO_SPAN;
    if (denominator === 1) return { whole: cost * interval.whole, fraction: 0 };
    // Both factors of the fraction are below 2^27, so that their product may need 54 bits.
    const high = Math.floor(cost / HALF) * interval.fraction;
    const carry = Math.floor(high / denominator);
    const low = (high - carry * denominator) * HALF + (cost % HALF) * interval.fraction;
    const more = Math.floor(low / denominator);
    return { whole: cost * interval.whole + carry * HALF + more, fraction: low - more * denominator };
  }

  /** Whole units that fit into a time. */
  unitsIn(whole: number, fraction: number): number {
    const { interval, denominator } = this;
    if (denominator === 1) return Math.floor(whole / interval.whole);
    const estimate = (whole + fraction / denominator) / this.#length;
    let units = Math.floor(estimate);
    if (estimate - units > UNSURE && units + 1 - estimate > UNSURE) return units;
    while (!this.#fits(units, whole, fraction)) units -= 1;
    while (this.#fits(units + 1, whole, fraction)) units += 1;
    return units;
  }

  /**
   * A debt by another pace: as many units, and at most a whole burst. A part of a unit is rounded up to the unit of time.
   */
  spanFrom(from: Pace, debt: Span): Span {
    const { window } = this;
    const carried = this.#countsLike(from) ? debt : this.#converted(from, debt);
    return isLonger(carried, window) ? window : carried;
  }

  #countsLike({ interval, denominator, perMillisecond }: Pace): boolean {
    return (
      this.denominator === denominator &&
      this.perMillisecond === perMillisecond &&
      this.interval.whole === interval.whole &&
      this.interval.fraction === interval.fraction
    );
  }

  #converted(from: Pace, debt: Span): Span {
    const units = from.unitsIn(debt.whole, debt.fraction);
    if (units >= this.burst) return this.window;
    const paid = from.spanOf(units);
    const rest = debt.whole - paid.whole + (debt.fraction - paid.fraction) / from.denominator;
    const { whole, fraction } = this.spanOf(units);
    return { whole: whole + Math.ceil((rest * this.#length) / from.#length), fraction };
  }

  #fits(units: number, whole: number, fraction: number): boolean {
    const span = this.spanOf(units);
    return span.whole < whole || (span.whole === whole && span.fraction <= fraction);
  }

  /** True if the two count alike. */
  equals({ rate, burst }: Pick<Limit, 'rate' | 'burst'>): boolean {
    return this.burst === burst && this.rate.count === rate.count && this.rate.period === rate.period;
  }
}

const HALF = 2 ** 16;
/** An estimate of at most 10^8 units is off by less. */
const UNSURE = 1e-6;

/** True if `a` is longer, or a later time, than `b`. */
export function isLonger(a: Span, b: Span): boolean {
  return a.whole > b.whole || (a.whole === b.whole && a.fraction > b.fraction);
}

/** `a` without `b`; below zero if `whole` is. */
export function minus(a: Span, b: Span, denominator: number): Span {
  const whole = a.whole - b.whole;
  return a.fraction < b.fraction
    ? { whole: whole - 1, fraction: a.fraction - b.fraction + denominator }
    : { whole, fraction: a.fraction - b.fraction };
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}
