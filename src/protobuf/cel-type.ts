import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescMessage,
  ScalarType,
} from '@bufbuild/protobuf';
import { BOOL, DYN, INT, STRING, type Type } from '../cel/value/type.ts';

export type FieldDescriptor = DescField | DescExtension;

const UINT: Type = { kind: 'uint' };
const DOUBLE: Type = { kind: 'double' };
const BYTES: Type = { kind: 'bytes' };

const SCALARS: Readonly<Record<ScalarType, Type>> = {
  [ScalarType.BOOL]: BOOL,
  [ScalarType.STRING]: STRING,
  [ScalarType.BYTES]: BYTES,
  [ScalarType.INT32]: INT,
  [ScalarType.SINT32]: INT,
  [ScalarType.SFIXED32]: INT,
  [ScalarType.INT64]: INT,
  [ScalarType.SINT64]: INT,
  [ScalarType.SFIXED64]: INT,
  [ScalarType.UINT32]: UINT,
  [ScalarType.FIXED32]: UINT,
  [ScalarType.UINT64]: UINT,
  [ScalarType.FIXED64]: UINT,
  [ScalarType.FLOAT]: DOUBLE,
  [ScalarType.DOUBLE]: DOUBLE,
};

function wrapper(of: Type): Type {
  return { kind: 'wrapper', of };
}

/** Types of the well-known messages that have another form in CEL. */
const WELL_KNOWN: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['google.protobuf.Any', DYN],
  ['google.protobuf.Value', DYN],
  ['google.protobuf.ListValue', { kind: 'list', element: DYN }],
  ['google.protobuf.Struct', { kind: 'map', key: STRING, value: DYN }],
  ['google.protobuf.Timestamp', { kind: 'timestamp' }],
  ['google.protobuf.Duration', { kind: 'duration' }],
  ['google.protobuf.BoolValue', wrapper(BOOL)],
  ['google.protobuf.StringValue', wrapper(STRING)],
  ['google.protobuf.BytesValue', wrapper(BYTES)],
  ['google.protobuf.Int32Value', wrapper(INT)],
  ['google.protobuf.Int64Value', wrapper(INT)],
  ['google.protobuf.UInt32Value', wrapper(UINT)],
  ['google.protobuf.UInt64Value', wrapper(UINT)],
  ['google.protobuf.FloatValue', wrapper(DOUBLE)],
  ['google.protobuf.DoubleValue', wrapper(DOUBLE)],
]);

/** Type of the values of a message type. */
export function messageType({ typeName }: DescMessage): Type {
  return WELL_KNOWN.get(typeName) ?? { kind: 'message', name: typeName };
}

/** Type of the values of an enum: ints, unless they have types of their own. */
export function enumType({ typeName }: DescEnum, areStrong: boolean): Type {
  return areStrong ? { kind: 'opaque', name: typeName, parameters: [] } : INT;
}

/** Type of the values of a field or an extension. */
export function fieldType(field: FieldDescriptor, areStrong: boolean): Type {
  switch (field.fieldKind) {
    case 'list':
      return { kind: 'list', element: elementType(field, areStrong) };
    case 'map':
      return { kind: 'map', key: SCALARS[field.mapKey], value: elementType(field, areStrong) };
    default:
      return elementType(field, areStrong);
  }
}

/** Type of one value of a field: of an element, if it is a list or map. */
export function elementType(
  field: Pick<FieldDescriptor, 'message' | 'enum' | 'scalar'>,
  areStrong: boolean,
): Type {
  if (field.message !== undefined) return messageType(field.message);
  if (field.enum !== undefined) return enumType(field.enum, areStrong);
  return field.scalar === undefined ? DYN : SCALARS[field.scalar];
}
