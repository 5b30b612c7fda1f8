import type { DescEnum, DescExtension, DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { reachable } from '../../protobuf/reachable.ts';
import { typeAt } from '../../protobuf/types.ts';

/** Wire types of protobuf; 3 begins a group and 4 ends one. */
export const WIRE = { varint: 0, fixed64: 1, length: 2, group: 3, endGroup: 4, fixed32: 5 } as const;

export interface FieldShape {
  /** As in the `.proto` file. */
  readonly name: string;
  readonly wire: number;
  /** True if the elements of a repeated field may share one length. */
  readonly isPackable: boolean;
  readonly content: 'plain' | 'bool' | 'text' | 'int32' | 'uint32';
  /** Numbers of a closed enum, which has no others. */
  readonly numbers: ReadonlySet<number> | undefined;
  /** Fields of the message, or of the entry of a map. */
  readonly message: MessageShape | undefined;
  /** Number of the field, or of the first field of its oneof; 0 for one that may have several values. */
  readonly place: number;
  /** Name of its oneof. */
  readonly oneof: string | undefined;
  readonly isMap: boolean;
}

/** The first and the last second that a time may have, and whether its nanoseconds may be below zero. */
export interface TimeRange {
  readonly first: number;
  readonly last: number;
  readonly isSigned: boolean;
}

/** The fields of a message by their numbers, as they are on the wire. */
export interface MessageShape {
  readonly name: string;
  /** True for `google.protobuf.Any`, whose value is a message of another type. */
  readonly isAny: boolean;
  /** Range of a `google.protobuf.Timestamp` or `Duration`. */
  readonly time: TimeRange | undefined;
  /** Values that are made for one message: itself and its fields. */
  readonly cost: number;
  /** Undefined for a number that the message does not have. */
  field(number: number): FieldShape | undefined;
}

/** Facts about a message and all messages that its fields may hold. */
export interface Reach {
  /** The largest number of values that one of them makes. */
  readonly largest: number;
  /** True if a number may be a `google.protobuf.Value`, which is a double. */
  readonly holdsNumbers: boolean;
}

/** The years 1 to 9999, and 10,000 years before and after: as `timestamp.proto` and `duration.proto` say. */
const TIMES: Readonly<Record<string, TimeRange>> = {
  'google.protobuf.Timestamp': { first: -62_135_596_800, last: 253_402_300_799, isSigned: false },
  'google.protobuf.Duration': { first: -315_576_000_000, last: 315_576_000_000, isSigned: true },
};

const WIRE_OF = {
  [ScalarType.DOUBLE]: WIRE.fixed64,
  [ScalarType.FLOAT]: WIRE.fixed32,
  [ScalarType.INT64]: WIRE.varint,
  [ScalarType.UINT64]: WIRE.varint,
  [ScalarType.INT32]: WIRE.varint,
  [ScalarType.FIXED64]: WIRE.fixed64,
  [ScalarType.FIXED32]: WIRE.fixed32,
  [ScalarType.BOOL]: WIRE.varint,
  [ScalarType.STRING]: WIRE.length,
  [ScalarType.BYTES]: WIRE.length,
  [ScalarType.UINT32]: WIRE.varint,
  [ScalarType.SFIXED32]: WIRE.fixed32,
  [ScalarType.SFIXED64]: WIRE.fixed64,
  [ScalarType.SINT32]: WIRE.varint,
  [ScalarType.SINT64]: WIRE.varint,
} as const satisfies Readonly<Record<ScalarType, number>>;

/** Shapes of the messages of one registry, each made when a body first has such a message. */
export class WireShapes {
  readonly #registry: Registry;
  readonly #shapes = new Map<DescMessage, MessageShape>();
  readonly #reach = new Map<DescMessage, Reach>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  of(message: DescMessage): MessageShape {
    const known = this.#shapes.get(message);
    if (known !== undefined) return known;
    const shape = this.#make(message);
    this.#shapes.set(message, shape);
    return shape;
  }

  reachOf(message: DescMessage): Reach {
    const known = this.#reach.get(message);
    if (known !== undefined) return known;
    const reached = [...reachable(message)];
    const reach = {
      largest: Math.max(...reached.map(({ fields }) => 1 + fields.length)),
      holdsNumbers: reached.some(({ typeName }) => typeName === 'google.protobuf.Value'),
    };
    this.#reach.set(message, reach);
    return reach;
  }

  /** The shape of the message that a type URL names. */
  named(url: string): MessageShape | undefined {
    const message = typeAt(this.#registry, url);
    return message && this.of(message);
  }

  #make(message: DescMessage): MessageShape {
    const fields = new Map<number, FieldShape>();
    const byNumber = new Map(message.fields.map((field) => [field.number, field]));
    const make = (number: number): FieldShape | undefined => {
      const field = byNumber.get(number) ?? this.#registry.getExtensionFor(message, number);
      if (field === undefined) return undefined;
      const shape = this.#field(field);
      fields.set(number, shape);
      return shape;
    };
    return {
      name: message.typeName,
      isAny: message.typeName === 'google.protobuf.Any',
      time: TIMES[message.typeName],
      cost: 1 + message.fields.length,
      field: (number) => fields.get(number) ?? make(number),
    };
  }

  #field(field: DescField | DescExtension): FieldShape {
    const { name } = field;
    if (field.fieldKind === 'map')
      return { ...PLAIN, name, wire: WIRE.length, message: this.#entry(field), isMap: true };
    const isList = field.fieldKind === 'list';
    const own = { place: isList ? 0 : placeOf(field), oneof: field.oneof?.name };
    if (field.message !== undefined) {
      const wire = field.delimitedEncoding ? WIRE.group : WIRE.length;
      return { ...PLAIN, ...own, name, wire, message: this.of(field.message) };
    }
    return { ...scalar(name, field), ...own, isPackable: isList && isNumber(field) };
  }

  #entry(field: DescField & { readonly fieldKind: 'map' }): MessageShape {
    const name = `an entry of ${field.name}`;
    const key = { ...scalar('key', { scalar: field.mapKey, enum: undefined }), place: 1 };
    const value: FieldShape =
      field.mapKind === 'message'
        ? { ...PLAIN, name: 'value', place: 2, wire: WIRE.length, message: this.of(field.message) }
        : { ...scalar('value', field), place: 2 };
    return {
      name,
      isAny: false,
      time: undefined,
      cost: 1,
      field: (number) => (number === 1 ? key : number === 2 ? value : undefined),
    };
  }
}

const PLAIN = {
  isPackable: false,
  content: 'plain',
  numbers: undefined,
  message: undefined,
  place: 0,
  oneof: undefined,
  isMap: false,
} as const;

function placeOf({ number, oneof }: DescField | DescExtension): number {
  return oneof === undefined ? number : Math.min(...oneof.fields.map((each) => each.number));
}

interface ScalarField {
  readonly scalar: ScalarType | undefined;
  readonly enum: DescEnum | undefined;
}

function scalar(name: string, { scalar: type, enum: values }: ScalarField): FieldShape {
  if (type === undefined) {
    const numbers =
      values === undefined || values.open ? undefined : new Set(values.values.map(({ number }) => number));
    return { ...PLAIN, name, wire: WIRE.varint, content: 'int32', numbers };
  }
  return { ...PLAIN, name, wire: WIRE_OF[type], content: contentOf(type) };
}

function contentOf(type: ScalarType): FieldShape['content'] {
  switch (type) {
    case ScalarType.STRING:
      return 'text';
    case ScalarType.BOOL:
      return 'bool';
    case ScalarType.INT32:
      return 'int32';
    case ScalarType.UINT32:
    case ScalarType.SINT32:
      return 'uint32';
    default:
      return 'plain';
  }
}

function isNumber({ scalar: type }: { readonly scalar: ScalarType | undefined }): boolean {
  return type !== ScalarType.STRING && type !== ScalarType.BYTES;
}
