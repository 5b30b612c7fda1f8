import type { JsonNumber } from '../request/json-number.ts';

/**
 * True if a number is a whole multiple of another, both in decimal: 19.99 of 0.01, although the quotient of the two
 * doubles is not whole. A double stands for the shortest decimal that it is the nearest to.
 */
export function isMultiple(value: JsonNumber, of: JsonNumber): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(of)) return Number(value) % Number(of) === 0;
  const quick = typeof value === 'number' && typeof of === 'number' ? isQuickMultiple(value, of) : undefined;
  if (quick !== undefined) return quick;
  const [a, b] = [decimalOf(value), decimalOf(of)];
  if (a === undefined || b === undefined || b.digits === 0n) return false;
  const zeros = Math.max(a.places, b.places);
  return scaled(a, zeros) % scaled(b, zeros) === 0n;
}

/** The divisor of the last call, as a whole number of units of which `scale` are one. */
let last = { of: 1, units: 1, scale: 1 };
/** Most digits that a double keeps whatever they are. */
const EXACT = 1e15;

/**
 * The answer for short numbers, without big integers; undefined for others. A double of at most 15 digits is the nearest
 * one to its decimal, so that it is the quotient of two exact integers if it has no more places than the divisor.
 */
function isQuickMultiple(value: number, of: number): boolean | undefined {
  if (of !== last.of) last = { of, ...unitsOf(of) };
  const { units, scale } = last;
  const scaled = Math.round(value * scale);
  if (Math.abs(scaled) >= EXACT || units >= EXACT) return undefined;
  return scaled / scale === value && scaled % units === 0;
}

function unitsOf(of: number): { readonly units: number; readonly scale: number } {
  const { digits, places } = decimalOf(of) ?? { digits: 0n, places: 0 };
  const isShort = digits > 0n && digits < EXACT && places >= 0 && places <= 15;
  return isShort ? { units: Number(digits), scale: 10 ** places } : { units: EXACT, scale: 1 };
}

/** `digits` divided by ten to the power of `places`, which may be negative. */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

function decimalOf(value: JsonNumber): Decimal | undefined {
  const [, whole, fraction = '', exponent = '0'] =
    /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined) return undefined;
  return { digits: BigInt(whole + fraction), places: fraction.length - Number(exponent) };
}

function scaled({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places);
}
