import { Opaque, Optional, TypeValue } from '../value/boxed.ts';
import { Duration } from '../value/duration.ts';
import { fail } from '../value/failure.ts';
import { isMap, keysOf, lookup } from '../value/map.ts';
import { Message } from '../value/message.ts';
import { Uint, Whole } from '../value/number.ts';
import { ObjectValue } from '../value/object.ts';
import { Timestamp } from '../value/timestamp.ts';
import type { Value } from './program.ts';

/** Maximum number of parts of a result. Nested lists and maps are shared within a value, but not in the result. */
const MAX_PARTS = 100_000;

/**
 * The value of an evaluation in the form of results: see `Value`. An empty optional becomes undefined. Fails if the
 * value has too many parts.
 */
export function toHost(value: unknown): Value {
  return typeof value === 'object' && value !== null ? convert(value, { left: MAX_PARTS }) : value;
}

interface Parts {
  left: number;
}

function convert(value: unknown, parts: Parts): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    take(parts, value.length);
    return value.map((each) => convert(each, parts));
  }
  if (value instanceof Uint8Array) return value;
  if (value instanceof Whole) return value.value;
  if (value instanceof Uint) return narrow(value.value);
  if (value instanceof Timestamp || value instanceof Duration) {
    return { seconds: value.seconds, nanos: value.nanos };
  }
  if (value instanceof Optional) return value.value === undefined ? undefined : convert(value.value, parts);
  if (value instanceof Message) return value;
  if (value instanceof ObjectValue) return value.host;
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Opaque) return value.toString();
  return isMap(value) ? mapToHost(value, parts) : value;
}

/** A map stays the same object if none of its values changes. */
function mapToHost(map: Parameters<typeof keysOf>[0], parts: Parts): Value {
  if (!(map instanceof Map)) return map;
  take(parts, map.size);
  return new Map(keysOf(map).map((key) => [convert(key, parts), convert(lookup(map, key), parts)]));
}

function take(parts: Parts, count: number): void {
  parts.left -= count;
  if (parts.left < 0) fail('too_many_steps');
}

function narrow(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
