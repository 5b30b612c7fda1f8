import {
  create,
  type Message as Decoded,
  type DescField,
  type DescMessage,
  fromBinary,
} from '@bufbuild/protobuf';
import { Opaque } from '../cel/value/boxed.ts';
import { spend, TEXT_A_STEP } from '../cel/value/budget.ts';
import { duration } from '../cel/value/duration.ts';
import { fail } from '../cel/value/failure.ts';
import { MapBuilder, type MapValue } from '../cel/value/map.ts';
import { double } from '../cel/value/number.ts';
import { compareBytes } from '../cel/value/text.ts';
import { timestamp } from '../cel/value/timestamp.ts';
import { type FieldDescriptor, messageType } from './cel-type.ts';
import { EnumValue } from './enum-value.ts';
import { isStoredAsIs, keyReaderOf, READERS } from './scalars.ts';
import { type Properties, propertiesOf, type Types, typeAt } from './types.ts';

/** The way in which values are read. */
export interface Reading {
  readonly types: Types;
  /** True if an `Any` that cannot be unpacked is a value, for comparisons, and not a failure. */
  readonly keepsPacked: boolean;
  /** Levels of an `Any` in an `Any` that may follow. */
  readonly depth: number;
}

/** Maximum levels of an `Any` in an `Any`: each is a copy of what is in it. */
export const MAX_ANY_DEPTH = 16;

/** An `Any` that cannot be unpacked, in a comparison. */
class PackedAny extends Opaque {
  readonly type = 'google.protobuf.Any';
  readonly url: string;
  readonly bytes: Uint8Array;

  constructor(url: string, bytes: Uint8Array) {
    super();
    this.url = url;
    this.bytes = bytes;
  }

  equals(other: Opaque): boolean {
    return (
      other instanceof PackedAny && this.url === other.url && compareBytes(this.bytes, other.bytes) === 0
    );
  }

  override toString(): string {
    return this.url;
  }
}

/** Elements of a list or map that one step covers if a value is made for each. */
const ELEMENTS_MADE_A_STEP = 4;

/** Conversion of the property of a message, as the library for protobuf stores it. */
export type ReadValue = (stored: unknown, reading: Reading) => unknown;

/** Conversion of the values of a field that is set. */
export function readerOf(field: FieldDescriptor, types: Types): ReadValue {
  const one = elementReader(field, types);
  switch (field.fieldKind) {
    case 'list':
      return areStoredAsIs(field, types) ? (list) => list : (list, reading) => readList(list, one, reading);
    case 'map':
      return (entries, reading) => readMap(entries as Properties, keyReaderOf(field.mapKey), one, reading);
    default:
      return one;
  }
}

/** True for a field whose values, or elements, are stored in their form in CEL. */
export function areStoredAsIs(
  { scalar, enum: enumeration }: FieldDescriptor,
  { areEnumsStrong }: Types,
): boolean {
  if (enumeration !== undefined) return !areEnumsStrong;
  return scalar !== undefined && isStoredAsIs(scalar);
}

function readList(list: unknown, one: ReadValue, reading: Reading): readonly unknown[] {
  const elements = list as readonly unknown[];
  spend(Math.floor(elements.length / ELEMENTS_MADE_A_STEP));
  return elements.map((each) => one(each, reading));
}

function readMap(
  entries: Properties,
  key: (text: string) => unknown,
  one: ReadValue,
  reading: Reading,
): MapValue {
  const map = new MapBuilder();
  const names = Object.keys(entries);
  spend(names.length);
  for (const name of names) map.add(key(name), one(entries[name], reading));
  return map.build();
}

/** Conversion of one value of a field: of an element, if it is a list or map. */
export function elementReader(field: FieldDescriptor, { areEnumsStrong }: Types): ReadValue {
  if (field.message !== undefined) return messageReader(field.message, storageOf(field));
  if (field.enum !== undefined) {
    const { typeName } = field.enum;
    return areEnumsStrong ? (number) => new EnumValue(typeName, Number(number)) : (number) => number;
  }
  return field.scalar === undefined ? (stored) => stored : READERS[field.scalar];
}

/** Form in which the library stores a message: itself, the value of a wrapper, or the JSON of a `Struct`. */
export type Storage = 'message' | 'unwrapped' | 'json';

export function storageOf({ fieldKind, oneof, parent, kind, message }: FieldDescriptor): Storage {
  if (message === undefined) return 'message';
  if (message.typeName === 'google.protobuf.Struct') {
    return kind === 'field' && parent.typeName === 'google.protobuf.Value' ? 'message' : 'json';
  }
  const isWrapper = messageType(message).kind === 'wrapper';
  return isWrapper && fieldKind === 'message' && oneof === undefined ? 'unwrapped' : 'message';
}

/** Conversion of a message to its form in CEL. */
export function messageReader(type: DescMessage, storage: Storage = 'message'): ReadValue {
  const { typeName } = type;
  const shown = messageType(type);
  if (shown.kind === 'wrapper') return wrapperReader(type, storage);
  const wellKnown = WELL_KNOWN[typeName];
  if (shown.kind === 'message' || wellKnown === undefined) {
    return (stored, { types }) => types.wrap(type, stored as Decoded);
  }
  return storage === 'json' ? (stored) => readJson(stored) : wellKnown;
}

function wrapperReader({ fields: [value] }: DescMessage, storage: Storage): ReadValue {
  const read = value?.scalar === undefined ? (stored: unknown) => stored : READERS[value.scalar];
  return storage === 'unwrapped' ? read : (stored) => read((stored as Properties)['value']);
}

/** The value of a message field that is not set. */
export function unsetValue(type: DescMessage): ReadValue {
  const { kind } = messageType(type);
  if (kind === 'wrapper' || kind === 'dyn') return () => null;
  const read = messageReader(type);
  return (_, reading) => read(create(type), reading);
}

interface Seconds {
  readonly seconds: bigint;
  readonly nanos: number;
}

const WELL_KNOWN: Readonly<Record<string, ReadValue>> = {
  'google.protobuf.Timestamp': (stored) => {
    const { seconds, nanos } = stored as Seconds;
    return timestamp(Number(seconds), nanos) ?? fail('time_out_of_range');
  },
  'google.protobuf.Duration': (stored) => {
    const { seconds, nanos } = stored as Seconds;
    return duration(Number(seconds), nanos);
  },
  'google.protobuf.Struct': (stored) => readStruct(stored as StructFields),
  'google.protobuf.ListValue': (stored) => readElements(stored as ListElements),
  'google.protobuf.Value': (stored) => readDynamic(stored as Dynamic),
  'google.protobuf.Any': (stored, reading) => readAny(stored as Packed, reading),
};

interface Dynamic {
  readonly kind: { readonly case?: string | undefined; readonly value?: unknown };
}

interface StructFields {
  readonly fields: Readonly<Record<string, Dynamic>>;
}

interface ListElements {
  readonly values: readonly Dynamic[];
}

function readStruct({ fields }: StructFields): MapValue {
  const names = Object.keys(fields);
  spend(names.length);
  return new Map(names.map((name) => [name, readDynamic(fields[name] ?? { kind: {} })]));
}

function readElements({ values }: ListElements): readonly unknown[] {
  spend(values.length);
  return values.map(readDynamic);
}

function readDynamic({ kind: { case: kind, value } }: Dynamic): unknown {
  switch (kind) {
    case 'numberValue':
      return double(value as number);
    case 'stringValue':
    case 'boolValue':
      return value;
    case 'structValue':
      return readStruct(value as StructFields);
    case 'listValue':
      return readElements(value as ListElements);
    default:
      return null;
  }
}

/** A `Struct` that is stored as JSON. Its depth is that of the decoded message. */
function readJson(json: unknown): unknown {
  if (typeof json === 'number') return double(json);
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) {
    spend(json.length);
    return json.map(readJson);
  }
  const names = Object.keys(json);
  spend(names.length);
  return new Map(names.map((name) => [name, readJson((json as Properties)[name])]));
}

interface Packed {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

function readAny({ typeUrl, value }: Packed, reading: Reading): unknown {
  const { types, depth, keepsPacked } = reading;
  if (depth === 0) fail('too_deep');
  const type = typeAt(types.files, typeUrl);
  spend(1 + Math.floor(value.length / TEXT_A_STEP));
  const message = type && unpacked(type, value);
  if (type !== undefined && message !== undefined) {
    return messageReader(type)(message, { ...reading, depth: depth - 1 });
  }
  return keepsPacked ? new PackedAny(typeUrl, value) : fail('bad_any');
}

function unpacked(type: DescMessage, bytes: Uint8Array): Decoded | undefined {
  try {
    return fromBinary(type, bytes);
  } catch {
    return undefined;
  }
}

/** The stored value of a field; undefined if it is a message, or a field of a oneof, that is not set. */
export function storedIn(message: Decoded, field: DescField): unknown {
  const properties = propertiesOf(message);
  if (field.oneof === undefined) return properties[field.localName];
  const { case: name, value } = properties[field.oneof.localName] as Dynamic['kind'];
  return name === field.localName ? value : undefined;
}
