import { type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { type FieldRules, FieldRulesSchema } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import type { Place } from './plan.ts';
import { RuleMistake } from './rule-mistake.ts';

type Kind = NonNullable<FieldRules['type']['case']>;

/** Standard rules by the message type of a field. */
const OF_MESSAGES: ReadonlyMap<string, Kind> = new Map([
  ['google.protobuf.Any', 'any'],
  ['google.protobuf.Duration', 'duration'],
  ['google.protobuf.Timestamp', 'timestamp'],
  ['google.protobuf.FieldMask', 'fieldMask'],
  ['google.protobuf.FloatValue', 'float'],
  ['google.protobuf.DoubleValue', 'double'],
  ['google.protobuf.Int32Value', 'int32'],
  ['google.protobuf.Int64Value', 'int64'],
  ['google.protobuf.UInt32Value', 'uint32'],
  ['google.protobuf.UInt64Value', 'uint64'],
  ['google.protobuf.BoolValue', 'bool'],
  ['google.protobuf.StringValue', 'string'],
  ['google.protobuf.BytesValue', 'bytes'],
]);

const OF_SCALARS: Readonly<Record<ScalarType, Kind>> = {
  [ScalarType.FLOAT]: 'float',
  [ScalarType.DOUBLE]: 'double',
  [ScalarType.INT32]: 'int32',
  [ScalarType.INT64]: 'int64',
  [ScalarType.UINT32]: 'uint32',
  [ScalarType.UINT64]: 'uint64',
  [ScalarType.SINT32]: 'sint32',
  [ScalarType.SINT64]: 'sint64',
  [ScalarType.FIXED32]: 'fixed32',
  [ScalarType.FIXED64]: 'fixed64',
  [ScalarType.SFIXED32]: 'sfixed32',
  [ScalarType.SFIXED64]: 'sfixed64',
  [ScalarType.BOOL]: 'bool',
  [ScalarType.STRING]: 'string',
  [ScalarType.BYTES]: 'bytes',
};

/** The kind of the standard rules of one value; undefined for a message that has none. */
export function kindOfElement({
  scalar,
  message,
}: {
  readonly scalar: ScalarType | undefined;
  readonly message: DescMessage | undefined;
}): Kind | undefined {
  if (message !== undefined) return OF_MESSAGES.get(message.typeName);
  return scalar === undefined ? 'enum' : OF_SCALARS[scalar];
}

/** The kind of the standard rules of a whole field. */
export function kindOfField(field: DescField): Kind | undefined {
  if (field.fieldKind === 'list') return 'repeated';
  return field.fieldKind === 'map' ? 'map' : kindOfElement(field);
}

/** The standard rules of a field or an element: their message, type and place. */
export interface StandardRules {
  readonly rules: Message;
  readonly type: DescMessage;
  readonly place: Place;
}

/** The standard rules of a kind; undefined if there are none. Throws a `RuleMistake` for those of another kind. */
export function standardRules(
  { type }: FieldRules,
  kind: Kind | undefined,
  place: Place,
): StandardRules | undefined {
  if (type.case === undefined) return undefined;
  const { name, message } = FieldRulesSchema.field[type.case];
  if (type.case !== kind || message === undefined) {
    const wanted =
      kind === undefined ? 'there are none' : `those are \`${FieldRulesSchema.field[kind].name}\``;
    throw new RuleMistake(`\`${name}\` are not rules of this type: ${wanted}`);
  }
  return { rules: type.value, type: message, place: [...place, name] };
}
