/** A number of JSON: an integer of 64 bits exactly, as a bigint beyond the safe range, and every other as a double. */
export type JsonNumber = number | bigint;

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
/** Characters of an integer that can be in the safe range, and in 64 bits with its sign. */
const SAFE_LENGTH = 15;
const MAX_LENGTH = 20;
/** Doubles from which on no parser reads an integer of 64 bits. */
const BEYOND_INTEGERS = 2 ** 64;
/** Digits of a number with fraction or exponent that are compared with its double. */
const MAX_DIGITS = 400;

/** Property of a number that is refused, for the phrase "... at line 1, column 1". */
export const UNFIT_NUMBER = {
  integer: 'an integer of more than 64 bits',
  inexact: 'a number that no double holds exactly',
} as const;

/**
 * The value of a number as written in JSON, or the reason for which it has none. Whole numbers below 2^64 are integers,
 * exact up to 64 bits, also `1.0` and `1e18`. Every other number is the nearest double, as in ECMAScript; it has no
 * value if that is infinite, zero for another number, or whole for one that is not or is another integer.
 */
export function readNumber(text: string): JsonNumber | keyof typeof UNFIT_NUMBER {
  if (isInteger(text)) {
    if (text.length <= SAFE_LENGTH) return Number(text);
    return text.length > MAX_LENGTH ? 'integer' : narrow(BigInt(text));
  }
  const double = Number(text);
  if (double === 0 && !isZero(text)) return 'inexact';
  if (Number.isSafeInteger(double)) return double;
  if (!Number.isInteger(double) || Math.abs(double) >= BEYOND_INTEGERS)
    return Number.isFinite(double) ? double : 'inexact';
  return isExact(text, double) ? narrow(BigInt(double)) : 'inexact';
}

/** A number from elsewhere as `readNumber` returns it; undefined for one that it never returns. */
export function plainNumber(value: JsonNumber): JsonNumber | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return undefined;
    if (Number.isSafeInteger(value) || !Number.isInteger(value) || Math.abs(value) >= BEYOND_INTEGERS)
      return value;
  }
  const narrowed = narrow(BigInt(value));
  return narrowed === 'integer' ? undefined : narrowed;
}

function isInteger(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e || (code | 0x20) === 0x65) return false;
  }
  return true;
}

function narrow(value: bigint): JsonNumber | 'integer' {
  if (value > MAX_INT || value < MIN_INT) return 'integer';
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function isZero(text: string): boolean {
  return !/[1-9]/.test(text.replace(/[eE].*$/, ''));
}

/** True if a whole double is exactly the number that is written. */
function isExact(text: string, double: number): boolean {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d*?)0*)?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const zeros = Number(exponent) - fraction.length;
  const digits = whole + fraction;
  if (digits.length > MAX_DIGITS || Math.abs(zeros) > MAX_DIGITS) return false;
  const scale = 10n ** BigInt(Math.abs(zeros));
  const written = BigInt(sign + digits);
  return zeros >= 0 ? written * scale === BigInt(double) : written === BigInt(double) * scale;
}
