/** Notation of doubles: decimal with a point or an exponent; infinity and NaN by name, in any case. */
const DOUBLE = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** The double that `text` represents; undefined if it is not valid, or is finite but too large. */
export function parseDouble(text: string): number | undefined {
  if (text.length > 512) return undefined;
  if (DOUBLE.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const sign = INFINITE.exec(text)?.[1];
  if (sign !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

/** Shortest notation of a double, as in JSON: with an exponent from 1e21 on and below 1e-6. */
export function formatDouble(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Shortest notation of a double without an exponent. */
export function formatPlain(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const sign = Object.is(value, -0) || value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Notation with the given number of digits after the decimal point; halves are rounded to the even digit. */
export function formatFixed(value: number, digits: number): string {
  if (Object.is(value, -0)) return `-${formatFixed(0, digits)}`;
  // toFixed changes to an exponent from 1e21 on, where a double has no fraction.
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`;
  const away = value.toFixed(digits);
  // A value halfway between two results is an odd multiple of 1 / 2^(digits + 1).
  return Math.abs(value * 2 ** (digits + 1)) % 2 === 1 ? toEven(away) : away;
}

/**
 * Notation with an exponent of two or more digits, and the given number of digits after the decimal point; halves are
 * rounded to the even digit.
 */
export function formatScientific(value: number, digits: number): string {
  const [away = '', exponent = ''] = value.toExponential(digits).split('e');
  // oxlint-disable-next-line number-arg-out-of-range -- ECMA-262 allows up to 100, and many are needed to recognize a half
  const [exact = ''] = value.toExponential(100).split('e');
  const rest = exact.replace(/^-?[0-9]\.?/, '').slice(digits);
  const mantissa = /^50*$/.test(rest) ? toEven(away) : away;
  const sign = Object.is(value, -0) ? '-' : '';
  return `${sign}${mantissa}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`;
}

/**
 * Result of rounding a half to the even digit. JavaScript rounds halves away from zero; an odd last digit is one too
 * far.
 */
function toEven(away: string): string {
  const last = Number(away.slice(-1));
  return last % 2 === 0 ? away : away.slice(0, -1) + String(last - 1);
}
