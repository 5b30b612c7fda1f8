import type { JsonNumber } from '../request/json-number.ts';

/**
 * True if a number is a whole multiple of another, both in decimal: 19.99 of 0.01, although the quotient of the two
 * doubles is not whole. A double stands for the shortest decimal that it is the nearest to.
 */
export function isMultiple(value: JsonNumber, of: JsonNumber): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(of)) return Number(value) % Number(of) === 0;
  const [a, b] = [decimalOf(value), decimalOf(of)];
  if (a === undefined || b === undefined || b.digits === 0n) return false;
  const zeros = Math.max(a.places, b.places);
  return scaled(a, zeros) % scaled(b, zeros) === 0n;
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
