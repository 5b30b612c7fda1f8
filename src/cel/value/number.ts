import { Boxed } from './boxed.ts';
import { fail } from './failure.ts';

/** 64-bit integer: a number in the safe range, a bigint beyond it, so that each value has exactly one form. */
export type Int = number | bigint;

/** An unsigned 64-bit integer. */
export class Uint extends Boxed {
  readonly kind = 'uint';
  readonly value: bigint;

  constructor(value: bigint) {
    super();
    this.value = value;
  }
}

/** Double that is a safe integer; such a value as a plain number is an int. Every other double is a plain number. */
export class Whole extends Boxed {
  readonly kind = 'double';
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }
}

export type Double = number | Whole;

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

export function isInt(value: unknown): value is Int {
  return typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'bigint';
}

export function isDouble(value: unknown): value is Double {
  return typeof value === 'number' ? !Number.isSafeInteger(value) : value instanceof Whole;
}

/** The CEL double of a JavaScript number. */
export function double(value: number): Double {
  return Number.isSafeInteger(value) ? new Whole(value) : value;
}

export function numberOf(value: Double): number {
  return typeof value === 'number' ? value : value.value;
}

/** The int of a value; fails if it exceeds 64 bits. */
export function int(value: bigint): Int {
  if (value > MAX_INT || value < MIN_INT) fail('out_of_range');
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The uint of a value; fails if it exceeds 64 bits. */
export function uint(value: bigint): Uint {
  if (value > MAX_UINT || value < 0n) fail('out_of_range');
  return new Uint(value);
}

/** The int of a value from outside of evaluations, in its only form; undefined if it is not an integer of 64 bits. */
export function toInt(value: unknown): Int | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'bigint' && value <= MAX_INT && value >= MIN_INT ? int(value) : undefined;
}

/** As `toInt`, for uints. */
export function toUint(value: unknown): Uint | undefined {
  if (value instanceof Uint) return value;
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!isWhole || (typeof value !== 'bigint' && typeof value !== 'number')) return undefined;
  const wide = BigInt(value);
  return wide >= 0n && wide <= MAX_UINT ? new Uint(wide) : undefined;
}

// The results below are never -0: ints have only one zero.

export function addInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum + 0;
  }
  return int(BigInt(a) + BigInt(b));
}

export function subtractInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return int(BigInt(a) - BigInt(b));
}

export function multiplyInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return int(BigInt(a) * BigInt(b));
}

/** Quotient, rounded toward zero. */
export function divideInt(a: Int, b: Int): Int {
  if (b === 0) fail('division_by_zero');
  if (typeof a === 'number' && typeof b === 'number') return (a - (a % b)) / b + 0;
  return int(BigInt(a) / BigInt(b));
}

/** Remainder, with the sign of `a`. */
export function moduloInt(a: Int, b: Int): Int {
  if (b === 0) fail('division_by_zero');
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  // The division of the minimum int by -1 overflows, and with it the remainder.
  if (b === -1 && BigInt(a) === MIN_INT) fail('out_of_range');
  return int(BigInt(a) % BigInt(b));
}

export function negateInt(a: Int): Int {
  return typeof a === 'number' ? 0 - a : int(-a);
}

export function divideUint(a: Uint, b: Uint): Uint {
  if (b.value === 0n) fail('division_by_zero');
  return new Uint(a.value / b.value);
}

export function moduloUint(a: Uint, b: Uint): Uint {
  if (b.value === 0n) fail('division_by_zero');
  return new Uint(a.value % b.value);
}

export type Numeric = Int | Uint | Double;

export function isNumeric(value: unknown): value is Numeric {
  return (
    typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint || value instanceof Whole
  );
}

/** Value of a number, without its type. */
export function magnitude(value: Numeric): number | bigint {
  return typeof value === 'object' ? value.value : value;
}

/**
 * Order of two numbers: below, at or above zero; NaN if either is NaN. An integer and a double are compared as
 * doubles, which the tests of the specification require beyond 2^53.
 */
export function compareNumbers(a: Numeric, b: Numeric): number {
  const isEitherDouble = isDouble(a) || isDouble(b);
  const x = isEitherDouble ? Number(magnitude(a)) : magnitude(a);
  const y = isEitherDouble ? Number(magnitude(b)) : magnitude(b);
  if (x < y) return -1;
  if (x > y) return 1;
  return Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 0;
}

/** Integer part of a double. Fails beyond 64 bits, and at both ends of the range, which are not exact as doubles. */
export function intOfDouble(value: number): Int {
  if (!(value > -(2 ** 63) && value < 2 ** 63)) fail('out_of_range');
  return int(BigInt(Math.trunc(value)));
}

export function uintOfDouble(value: number): Uint {
  if (!(value >= 0 && value < 2 ** 64)) fail('out_of_range');
  return uint(BigInt(Math.trunc(value)));
}
