import { maker } from '../../recipe/recipe.ts';
import { NONE, Optional } from '../value/boxed.ts';
import { Duration, duration } from '../value/duration.ts';
import { Failure, fail, throwFailure } from '../value/failure.ts';
import { isMap, keysOf, lookup, type MapValue } from '../value/map.ts';
import { Message } from '../value/message.ts';
import { double, toInt, toUint, Whole } from '../value/number.ts';
import { ObjectValue } from '../value/object.ts';
import { Timestamp, timestamp } from '../value/timestamp.ts';
import type { Type } from '../value/type.ts';
import { EvaluationError } from './program.ts';

/** Converts a value of the activation to its form in evaluations. Fails if it does not have the declared type. */
export type Load = (value: unknown) => unknown;

/** True for types whose values need a conversion, and for containers of them. */
export function isConverted(type: Type): boolean {
  switch (type.kind) {
    case 'uint':
    case 'double':
    case 'timestamp':
    case 'duration':
    case 'optional':
    case 'object':
      return true;
    case 'list':
      return isConverted(type.element);
    case 'map':
      return isConverted(type.value);
    case 'wrapper':
      return isConverted(type.of);
    default:
      return false;
  }
}

const wrong = (): never => fail('wrong_type');

/** Conversion of the values of a declared type. */
export const loadOf = maker('cel.load', createLoad);

function createLoad(type: Type): Load {
  switch (type.kind) {
    case 'string':
      return (value) => (typeof value === 'string' ? value : wrong());
    case 'bool':
      return (value) => (typeof value === 'boolean' ? value : wrong());
    case 'int':
      return (value) => toInt(value) ?? wrong();
    case 'uint':
      return (value) => toUint(value) ?? wrong();
    case 'double':
      return loadDouble;
    case 'bytes':
      return (value) => (value instanceof Uint8Array ? value : wrong());
    case 'null':
      return (value) => (value === null ? value : wrong());
    case 'timestamp':
      return loadTimestamp;
    case 'duration':
      return loadDuration;
    case 'optional': {
      const inner = loadOf(type.of);
      return (value) => {
        if (value instanceof Optional) return value;
        return value === undefined ? NONE : new Optional(inner(value));
      };
    }
    case 'list':
      return isConverted(type) ? convertedList(type.element) : plainList;
    case 'map':
      return isConverted(type) ? convertedMap(type.value) : plainMap;
    case 'object':
      return loadObject(type);
    case 'message':
      return (value) => (value instanceof Message && value.type === type.name ? value : wrong());
    case 'wrapper': {
      const inner = loadOf(type.of);
      return (value) => (value === null ? value : inner(value));
    }
    default:
      return (value) => value;
  }
}

function loadDouble(value: unknown): unknown {
  if (value instanceof Whole) return value;
  return typeof value === 'number' || typeof value === 'bigint' ? double(Number(value)) : wrong();
}

/** Timestamp or duration in an activation. */
interface Parts {
  readonly seconds: unknown;
  readonly nanos: unknown;
}

function loadTimestamp(value: unknown): unknown {
  if (value instanceof Timestamp) return value;
  if (typeof value !== 'object' || value === null) return wrong();
  const { seconds, nanos } = value as Parts;
  if (!isWhole(seconds) || !isWhole(nanos)) return wrong();
  return timestamp(seconds, nanos) ?? fail('time_out_of_range');
}

function loadDuration(value: unknown): unknown {
  if (value instanceof Duration) return value;
  if (typeof value !== 'object' || value === null) return wrong();
  const { seconds, nanos } = value as Parts;
  return isWhole(seconds) && isWhole(nanos) ? duration(seconds, nanos) : wrong();
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function plainList(value: unknown): unknown {
  return Array.isArray(value) ? value : wrong();
}

function plainMap(value: unknown): unknown {
  return isMap(value) ? value : wrong();
}

/** Converts each container only once, however often it occurs. */
function once<T extends object>(convert: (value: T) => unknown): (value: T) => unknown {
  const known = new WeakMap<T, unknown>();
  return (value) => {
    let converted = known.get(value);
    if (converted === undefined) {
      converted = convert(value);
      known.set(value, converted);
    }
    return converted;
  };
}

function convertedList(element: Type): Load {
  const load = loadOf(element);
  const convert = once((list: readonly unknown[]) => list.map(load));
  return (value) => (Array.isArray(value) ? convert(value) : wrong());
}

function convertedMap(element: Type): Load {
  const load = loadOf(element);
  const convert = once((map: MapValue) => new Map(keysOf(map).map((key) => [key, load(lookup(map, key))])));
  return (value) => (isMap(value) ? convert(value) : wrong());
}

function loadObject(type: Type & { kind: 'object' }): Load {
  const readers = new Map<string, (host: object) => unknown>();
  for (const [name, field] of type.fields) {
    const load = loadOf(field);
    const isOptional = field.kind === 'optional';
    readers.set(name, (host) => {
      const value = readField(host, name);
      return value === undefined && !isOptional ? fail('no_such_key', name) : load(value);
    });
  }
  return (value) => {
    if (value instanceof ObjectValue) return value;
    return isMap(value) ? new ObjectValue(type.name, value, readers) : wrong();
  };
}

/** Value of a property. Fails if its getter throws. */
function readField(host: object, name: string): unknown {
  try {
    return Reflect.get(host, name);
  } catch (error) {
    return throwFailure(unreadable(error));
  }
}

/** The failure for an exception of a getter. An exhausted budget stays exhausted. */
function unreadable(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const isExhausted = error instanceof EvaluationError && error.code === 'too_many_steps';
  return new Failure(isExhausted ? 'too_many_steps' : 'unreadable', undefined, error);
}

/** Reads a declared name from an activation. */
export type Read = (activation: Readonly<Record<string, unknown>>) => unknown;

/**
 * Functions that read a declared name, and test it for presence. `path` is its root and the fields below it. An
 * undefined root or field is not present.
 */
export function readerOf(path: readonly string[], type: Type): { readonly read: Read; readonly has: Read } {
  const [root = '', ...fields] = path;
  const load = loadOf(type);
  const name = fields.at(-1);
  const isOptional = type.kind === 'optional';
  const raw: Read = (activation) => {
    let value = readField(activation, root);
    if (value === undefined) return undefined;
    for (const field of fields) {
      if (typeof value !== 'object' || value === null) return wrong();
      value = readField(value, field);
      if (value === undefined) return undefined;
    }
    return value;
  };
  return {
    read: (activation) => {
      const value = raw(activation);
      if (value !== undefined || isOptional) return load(value);
      return name === undefined || activation[root] === undefined
        ? fail('no_value')
        : fail('no_such_key', name);
    },
    has: (activation) => raw(activation) !== undefined,
  };
}

/** `read` of `readerOf`. */
export const readOf = maker(
  'cel.read',
  (path: readonly string[], type: Type): Read => readerOf(path, type).read,
);

/** `has` of `readerOf`. */
export const hasOf = maker(
  'cel.has',
  (path: readonly string[], type: Type): Read => readerOf(path, type).has,
);

/** A function that reads a declared name as an optional. */
export const maybeOf = maker('cel.maybe', (path: readonly string[], type: Type): Read => {
  const { has, read } = readerOf(path, type);
  return (activation) => Optional.of(has(activation) === true ? read(activation) : undefined);
});
