import type { JsonValue } from '@bufbuild/protobuf';
import { spend, spendText } from '../cel/value/budget.ts';
import { Duration, formatDuration } from '../cel/value/duration.ts';
import { fail } from '../cel/value/failure.ts';
import { isMap, keysOf, lookup, type MapValue } from '../cel/value/map.ts';
import { Message } from '../cel/value/message.ts';
import { isNumeric, magnitude } from '../cel/value/number.ts';
import { encodeBase64 } from '../cel/value/text.ts';
import { formatTimestamp, Timestamp } from '../cel/value/timestamp.ts';

/** Maximum nesting of a value that becomes JSON: that of a message which is decoded. */
const MAX_DEPTH = 100;

/** A value as JSON, for a `google.protobuf.Value`. Fails if JSON does not have it. */
export function jsonValueOf(value: unknown, depth = MAX_DEPTH): JsonValue {
  if (depth === 0) return fail('too_deep');
  spend(1);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    spendText(value);
    return value;
  }
  if (isNumeric(value)) return jsonNumber(magnitude(value));
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (Array.isArray(value)) return value.map((each) => jsonValueOf(each, depth - 1));
  if (value instanceof Message) return value.toJSON() as JsonValue;
  return isMap(value) ? jsonObject(value, depth) : fail('bad_field');
}

/** Beyond the integers that a double holds, JSON has the digits as text. */
function jsonNumber(number: number | bigint): JsonValue {
  if (typeof number === 'number') return number;
  const double = Number(number);
  return Number.isSafeInteger(double) ? double : String(number);
}

function jsonObject(map: MapValue, depth: number): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const key of keysOf(map)) {
    if (typeof key !== 'string') return fail('bad_field');
    const value = jsonValueOf(lookup(map, key), depth - 1);
    // `__proto__` is a key like any other.
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}
