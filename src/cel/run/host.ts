import type { Value } from '../program.ts';
import { Opaque, Optional, TypeValue } from '../value/boxed.ts';
import { Duration } from '../value/duration.ts';
import { isMap, keysOf, lookup } from '../value/map.ts';
import { Uint, Whole } from '../value/number.ts';
import { ObjectValue } from '../value/object.ts';
import { Timestamp } from '../value/timestamp.ts';

/** A value of an evaluation as it goes out: see `Value`. An optional without a value is undefined. */
export function toHost(value: unknown): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toHost);
  if (value instanceof Uint8Array) return value;
  if (value instanceof Whole) return value.value;
  if (value instanceof Uint) return narrow(value.value);
  if (value instanceof Timestamp || value instanceof Duration) {
    return { seconds: value.seconds, nanos: value.nanos };
  }
  if (value instanceof Optional) return value.value === undefined ? undefined : toHost(value.value);
  if (value instanceof ObjectValue) return value.host;
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Opaque) return value.toString();
  return isMap(value) ? mapToHost(value) : value;
}

/** A map without values that change stays what it is. */
function mapToHost(map: Parameters<typeof keysOf>[0]): Value {
  if (!(map instanceof Map)) return map;
  return new Map(keysOf(map).map((key) => [toHost(key), toHost(lookup(map, key))]));
}

function narrow(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
