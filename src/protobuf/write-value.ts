import {
  create,
  type Message as Decoded,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { spend } from '../cel/value/budget.ts';
import { Duration } from '../cel/value/duration.ts';
import { fail } from '../cel/value/failure.ts';
import { isMap, keysOf, lookup } from '../cel/value/map.ts';
import { isDouble, isInt, numberOf, Uint } from '../cel/value/number.ts';
import { Timestamp } from '../cel/value/timestamp.ts';
import type { FieldDescriptor } from './cel-type.ts';
import { messageType } from './cel-type.ts';
import { DecodedMessage } from './decoded-message.ts';
import { EnumValue } from './enum-value.ts';
import { jsonValueOf } from './json-value.ts';
import { type Storage, storageOf } from './read-value.ts';
import { type Properties, propertiesOf, type Types } from './types.ts';

/** Conversion of a value to the form in which the library stores it; undefined if the field stays unset. */
type Store = (value: unknown) => unknown;

/** The function that sets a field of a message, or an extension. Fails if the value does not fit. */
export function fieldWriter(
  type: DescMessage,
  name: string,
  types: Types,
): (message: Decoded, value: unknown) => void {
  const field = type.fields.find((each) => each.name === name);
  if (field === undefined) return () => fail('no_such_field', name);
  const store = storeOf(field, types);
  const { oneof, localName } = field;
  return (message, value) => {
    spend(1);
    const stored = store(value);
    if (stored === undefined) return;
    const properties = propertiesOf(message);
    if (oneof === undefined) properties[localName] = stored;
    else properties[oneof.localName] = { case: localName, value: stored };
  };
}

function storeOf(field: FieldDescriptor, types: Types): Store {
  const one = elementStore(field, types);
  const element: Store = (value) => one(value) ?? fail('bad_field');
  switch (field.fieldKind) {
    case 'list':
      return (value) => (Array.isArray(value) ? storeList(value, element) : fail('bad_field'));
    case 'map': {
      const key = SCALARS[field.mapKey];
      return (value) => storeMap(value, key, element);
    }
    default:
      return one;
  }
}

function storeList(list: readonly unknown[], element: Store): readonly unknown[] {
  spend(list.length);
  return list.map(element);
}

function storeMap(map: unknown, key: Store, element: Store): Properties {
  if (!isMap(map)) return fail('bad_field');
  const entries: Properties = {};
  const keys = keysOf(map);
  spend(keys.length);
  for (const each of keys) {
    const value = element(lookup(map, each));
    // `__proto__` is a key like any other.
    Object.defineProperty(entries, String(key(each)), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return entries;
}

function elementStore(field: FieldDescriptor, types: Types): Store {
  if (field.message !== undefined) return messageStore(field.message, storageOf(field), types);
  if (field.enum !== undefined) return enumStore(field.enum.typeName, types);
  if (field.scalar === undefined) return () => fail('bad_field');
  const store = SCALARS[field.scalar];
  const asString = 'longAsString' in field && field.longAsString;
  return asString ? (value) => String(store(value)) : store;
}

function enumStore(typeName: string, { areEnumsStrong }: Types): Store {
  if (typeName === 'google.protobuf.NullValue') {
    return (value) => (value === null ? 0 : whole(numberOfEnum(value)));
  }
  if (!areEnumsStrong) return whole;
  return (value) =>
    value instanceof EnumValue && value.type === typeName ? value.number : fail('bad_field');
}

function numberOfEnum(value: unknown): unknown {
  return value instanceof EnumValue ? value.number : value;
}

const MAX_INT32 = 2 ** 31 - 1;
const MAX_UINT32 = 2n ** 32n - 1n;

function whole(value: unknown): number {
  if (!isInt(value)) return fail('bad_field');
  if (typeof value === 'bigint' || value > MAX_INT32 || value < -MAX_INT32 - 1) return fail('out_of_range');
  return value;
}

function long(value: unknown): bigint {
  return isInt(value) ? BigInt(value) : fail('bad_field');
}

function unsigned(value: unknown): number {
  if (!(value instanceof Uint)) return fail('bad_field');
  return value.value > MAX_UINT32 ? fail('out_of_range') : Number(value.value);
}

function unsignedLong(value: unknown): bigint {
  return value instanceof Uint ? value.value : fail('bad_field');
}

function real(value: unknown): number {
  return isDouble(value) ? numberOf(value) : fail('bad_field');
}

const SCALARS: Readonly<Record<ScalarType, Store>> = {
  [ScalarType.DOUBLE]: real,
  [ScalarType.FLOAT]: (value) => Math.fround(real(value)),
  [ScalarType.INT64]: long,
  [ScalarType.UINT64]: unsignedLong,
  [ScalarType.INT32]: whole,
  [ScalarType.FIXED64]: unsignedLong,
  [ScalarType.FIXED32]: unsigned,
  [ScalarType.BOOL]: (value) => (typeof value === 'boolean' ? value : fail('bad_field')),
  [ScalarType.STRING]: (value) => (typeof value === 'string' ? value : fail('bad_field')),
  [ScalarType.BYTES]: (value) => (value instanceof Uint8Array ? value : fail('bad_field')),
  [ScalarType.UINT32]: unsigned,
  [ScalarType.SFIXED32]: whole,
  [ScalarType.SFIXED64]: long,
  [ScalarType.SINT32]: whole,
  [ScalarType.SINT64]: long,
};

function messageStore(type: DescMessage, storage: Storage, types: Types): Store {
  if (messageType(type).kind === 'wrapper') return wrapperStore(type, storage);
  const store = WELL_KNOWN[type.typeName];
  if (store === undefined) return (value) => (value === null ? undefined : decodedOf(type, value));
  return (value) => store(value, { type, storage, types });
}

function decodedOf({ typeName }: DescMessage, value: unknown): Decoded {
  return value instanceof DecodedMessage && value.type === typeName ? value.decoded : fail('bad_field');
}

function wrapperStore(type: DescMessage, storage: Storage): Store {
  const scalar = type.fields[0]?.scalar;
  const store: Store = scalar === undefined ? () => fail('bad_field') : SCALARS[scalar];
  return (value) => {
    if (value === null) return undefined;
    const stored = store(value);
    return storage === 'unwrapped' ? stored : withProperties(type, { value: stored });
  };
}

interface Place {
  readonly type: DescMessage;
  readonly storage: Storage;
  readonly types: Types;
}

const WELL_KNOWN: Readonly<Record<string, (value: unknown, place: Place) => unknown>> = {
  'google.protobuf.Timestamp': (value, { type }) =>
    value === null ? undefined : value instanceof Timestamp ? timeOf(type, value) : fail('bad_field'),
  'google.protobuf.Duration': (value, { type }) =>
    value === null ? undefined : value instanceof Duration ? timeOf(type, value) : fail('bad_field'),
  'google.protobuf.Value': (value, { type }) => fromJsonValue(type, jsonValueOf(value)),
  'google.protobuf.ListValue': (value, { type }) =>
    Array.isArray(value) ? fromJsonValue(type, jsonValueOf(value)) : fail('bad_field'),
  'google.protobuf.Struct': (value, { type, storage }) => {
    if (!isMap(value)) return fail('bad_field');
    const json = jsonValueOf(value);
    return storage === 'json' ? json : fromJsonValue(type, json);
  },
  'google.protobuf.Any': packed,
};

function timeOf(type: DescMessage, { seconds, nanos }: Timestamp | Duration): Decoded {
  return withProperties(type, { seconds: BigInt(seconds), nanos });
}

function withProperties(type: DescMessage, properties: Properties): Decoded {
  return Object.assign(create(type), properties);
}

function fromJsonValue(type: DescMessage, json: JsonValue): Decoded {
  try {
    return fromJson(type, json);
  } catch {
    return fail('bad_field');
  }
}

/** A value in a `google.protobuf.Any`: a message itself, or the well-known message for its type. */
function packed(value: unknown, { type, types }: Place): Decoded {
  if (value instanceof DecodedMessage) return pack(type, value.type, value.toBytes());
  const name = `google.protobuf.${packageOf(value)}`;
  const inner = types.files.getMessage(name);
  if (inner === undefined) return fail('bad_field');
  const stored = messageStore(inner, 'message', types)(value);
  const bytes = toBinary(inner, stored as Decoded);
  spend(1 + bytes.length / 32);
  return pack(type, name, bytes);
}

function pack(type: DescMessage, name: string, value: Uint8Array): Decoded {
  return withProperties(type, { typeUrl: `type.googleapis.com/${name}`, value });
}

/** Name of the well-known message for a value. */
function packageOf(value: unknown): string {
  if (value === null) return 'Value';
  if (typeof value === 'boolean') return 'BoolValue';
  if (typeof value === 'string') return 'StringValue';
  if (value instanceof Uint8Array) return 'BytesValue';
  if (isInt(value)) return 'Int64Value';
  if (isDouble(value)) return 'DoubleValue';
  if (value instanceof Uint) return 'UInt64Value';
  if (value instanceof Timestamp) return 'Timestamp';
  if (value instanceof Duration) return 'Duration';
  if (Array.isArray(value)) return 'ListValue';
  return isMap(value) ? 'Struct' : fail('bad_field');
}
