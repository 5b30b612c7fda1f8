import { Optional } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { Facade } from './facade.ts';
import { MapView } from './map-view.ts';
import type { Value } from './program.ts';
import type { Type } from './type.ts';

/** From a value of ours to one of the engine; undefined (absent) stays undefined. Throws on the wrong shape. */
export type Convert = (value: unknown) => unknown;

/** The conversion that changes nothing: its values need no walk. */
export const same: Convert = (value) => value;

/** How values of `type` come in. `facade` gives the conversion that stands for each object type. */
export function converter(type: Type, facade: (type: Type & { kind: 'object' }) => Convert): Convert {
  switch (type.kind) {
    case 'int':
      return toInt;
    case 'uint':
      return present((value) => new UnsignedInt(BigInt(integer(value))));
    case 'double':
      return (value) => (typeof value === 'bigint' ? Number(value) : value);
    case 'timestamp':
      return present(toDate);
    case 'duration':
      return present((value) => new Duration(BigInt(part(value, 'seconds')), part(value, 'nanos')));
    case 'dyn':
      return toDynamic;
    case 'list': {
      const element = converter(type.element, facade);
      if (element === toDynamic) return toDynamic;
      return element === same
        ? same
        : present((value) => (Array.isArray(value) ? value.map(element) : value));
    }
    case 'map':
      return mapConverter(converter(type.value, facade));
    case 'optional': {
      const inner = converter(type.of, facade);
      return (value) => Optional.of(inner(value));
    }
    case 'object':
      return present(facade(type));
    default:
      return same;
  }
}

/** Of JSON objects and lists already seen, so that a token's claims are not converted again at each request. */
const dynamic = new WeakMap<object, unknown>();

/**
 * A JSON-like value of no declared type. A number without a fraction that a double holds exactly is an int,
 * any other a double: JSON itself does not tell `3` from `3.0`.
 */
function toDynamic(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const known = dynamic.get(value);
  if (known !== undefined) return known;
  const converted = Array.isArray(value) ? value.map(toDynamic) : new MapView(value, toDynamic);
  dynamic.set(value, converted);
  return converted;
}

function mapConverter(element: Convert): Convert {
  if (element === toDynamic) return toDynamic;
  const views = new WeakMap<object, MapView>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (element === same && value instanceof Map) return value;
    let view = views.get(value);
    if (view === undefined) {
      view = new MapView(value, element);
      views.set(value, view);
    }
    return view;
  };
}

function present(convert: Convert): Convert {
  return (value) => (value === undefined ? undefined : convert(value));
}

function toInt(value: unknown): unknown {
  return value === undefined ? undefined : BigInt(integer(value));
}

function integer(value: unknown): number | bigint {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  throw new TypeError('an integer was promised');
}

/** The engine's timestamps have milliseconds; what is finer is cut off. */
function toDate(value: unknown): Date {
  const date = new Date(part(value, 'seconds') * 1000 + Math.floor(part(value, 'nanos') / 1_000_000));
  if (Number.isNaN(date.getTime())) throw new TypeError('a timestamp is out of range');
  return date;
}

function part(value: unknown, name: 'seconds' | 'nanos'): number {
  if (typeof value === 'object' && value !== null) {
    const found: unknown = Reflect.get(value, name);
    if (typeof found === 'number') return found;
  }
  throw new TypeError(`a value with ${name} was promised`);
}

/** A value of the engine as one of ours: see `Value`. Throws on what has no counterpart, such as a type. */
export function toValue(value: unknown): Value {
  if (typeof value === 'bigint') return narrow(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value;
  if (value instanceof Facade) return Facade.sourceOf(value);
  if (value instanceof MapView) return value.source;
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof UnsignedInt) return narrow(value.value);
  if (value instanceof Date) return instant(value.getTime());
  if (value instanceof Duration) return { seconds: Number(value.seconds), nanos: value.nanos };
  if (value instanceof Optional) return value.hasValue() ? toValue(value.value()) : undefined;
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [toValue(key), toValue(item)]));
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return new Map(Object.entries(value).map(([key, item]) => [key, toValue(item)]));
  }
  throw new TypeError('a value that has no form outside expressions');
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function instant(milliseconds: number): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: (milliseconds - seconds * 1000) * 1_000_000 };
}
