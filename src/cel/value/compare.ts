import { Boxed, Opaque, Optional, TypeValue } from './boxed.ts';
import { spend, spendText, TEXT_A_STEP } from './budget.ts';
import { Duration } from './duration.ts';
import { fail } from './failure.ts';
import { isMap, keysOf, lookup, type MapValue, sizeOfMap } from './map.ts';
import { Message } from './message.ts';
import { compareNumbers, isNumeric, Uint, Whole } from './number.ts';
import { ObjectValue } from './object.ts';
import { compareBytes, compareText } from './text.ts';
import { type Instant, Timestamp } from './timestamp.ts';

/** Maximum nesting of compared data: comparison is recursive, and the stack is finite. */
export const MAX_NESTING = 256;

/** True if two values are equal. Values of different types are not, except that numbers are compared as numbers. */
export function equals(a: unknown, b: unknown): boolean {
  return equalAt(a, b, MAX_NESTING);
}

function equalAt(a: unknown, b: unknown, depth: number): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) spendText(a);
    // Beyond the safe range a double is a number and an int is a bigint; both can have the same magnitude.
    return a === b || (isNumeric(a) && isNumeric(b) && compareNumbers(a, b) === 0);
  }
  if (depth === 0) fail('too_deep');
  if (a instanceof Boxed || b instanceof Boxed) {
    return a instanceof Boxed && b instanceof Boxed && boxedEqual(a, b, depth);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && listsEqual(a, b, depth);
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && bytesEqual(a, b);
  }
  return isMap(a) && isMap(b) && mapsEqual(a, b, depth);
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  spend(Math.floor(a.length / TEXT_A_STEP));
  return compareBytes(a, b) === 0;
}

function listsEqual(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    spend(1);
    if (!equalAt(a[at], b[at], depth - 1)) return false;
  }
  return true;
}

function mapsEqual(a: MapValue, b: MapValue, depth: number): boolean {
  if (sizeOfMap(a) !== sizeOfMap(b)) return false;
  for (const key of a instanceof Map ? a.keys() : keysOf(a)) {
    spend(1);
    const other = lookup(b, key);
    if (other === undefined || !equalAt(lookup(a, key), other, depth - 1)) return false;
  }
  return true;
}

function boxedEqual(a: Boxed, b: Boxed, depth: number): boolean {
  if (a instanceof Uint || a instanceof Whole) {
    return (b instanceof Uint || b instanceof Whole) && compareNumbers(a, b) === 0;
  }
  if (a instanceof Timestamp) return b instanceof Timestamp && compareTimes(a, b) === 0;
  if (a instanceof Duration) return b instanceof Duration && compareTimes(a, b) === 0;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Opaque) return b instanceof Opaque && a.type === b.type && a.equals(b);
  if (a instanceof ObjectValue) return b instanceof ObjectValue && objectsEqual(a, b, depth);
  if (a instanceof Message) return b instanceof Message && messagesEqual(a, b, depth);
  if (!(a instanceof Optional && b instanceof Optional)) return false;
  return a.value === undefined || b.value === undefined
    ? a.value === b.value
    : equalAt(a.value, b.value, depth - 1);
}

function objectsEqual(a: ObjectValue, b: ObjectValue, depth: number): boolean {
  if (a.type !== b.type) return false;
  for (const field of a.fields) {
    spend(1);
    if (!equalAt(a.read(field), b.read(field), depth - 1)) return false;
  }
  return true;
}

/** The fields that are set decide, and the content of unknown fields. */
function messagesEqual(a: Message, b: Message, depth: number): boolean {
  const fields = a.type === b.type ? a.present : [];
  if (a.type !== b.type || fields.length !== b.present.length || !a.hasSameUnknown(b)) return false;
  for (const field of fields) {
    spend(1);
    if (!b.has(field) || !equalAt(a.compared(field), b.compared(field), depth - 1)) return false;
  }
  return true;
}

/** Order of two timestamps, or of two durations: below, at or above zero. */
export function compareTimes(a: Instant, b: Instant): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/**
 * Order of two values: below, at or above zero; NaN if a number is NaN. Fails if the types differ, numbers excepted,
 * or have no order.
 */
export function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return compareTimes(a, b);
  if (a instanceof Duration && b instanceof Duration) return compareTimes(a, b);
  return fail('no_such_operation');
}

/** As `compare`, and pays for the length of compared strings or bytes. */
export function comparePaid(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') spendText(a.length < b.length ? a : b);
  else if (a instanceof Uint8Array) spend(Math.floor(a.length / TEXT_A_STEP));
  return compare(a, b);
}
