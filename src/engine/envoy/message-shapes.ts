import {
  MAX_DEPTH,
  malformed,
  prefixAt,
  skipField,
  skipVarint,
  type VarintKind,
  WIRE,
  within,
} from './wire.ts';

/** Fields of a message by number; numbers that it does not have are left out. */
export interface Shape {
  readonly fields: readonly (FieldShape | undefined)[];
  /**
   * Bits of fields that must be there: the value of an entry if it is a message. Every writer writes it, and not all
   * readers have a default for it.
   */
  readonly required: number;
}

interface FieldShape {
  readonly wire: number;
  readonly varint: VarintKind;
  /** Set for a message. */
  readonly shape: Shape | undefined;
  /** Levels by which its fields are deeper: an entry of a map is no level of its own. */
  readonly levels: number;
  /** Bit of this field among those that were seen. */
  readonly bit: number;
  /**
   * Bits of the fields after which this one is refused: itself, if it is a single message, which readers merge or
   * replace, and the other members of its `oneof`, which some readers keep.
   */
  readonly excludes: number;
}

type Type = 'text' | 'double' | VarintKind | { readonly message: Shape } | { readonly entry: Shape };

/** Throws unless the bytes are a message of that shape. Numbers and texts are not read. */
export function checkMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  shape: Shape,
  depth: number,
): void {
  if (depth > MAX_DEPTH) malformed();
  let seen = 0;
  let at = start;
  while (at < end) {
    const tag = bytes[at] ?? 0;
    const field = tag < 0x80 ? shape.fields[tag >>> 3] : undefined;
    if (field === undefined) {
      at = skipField(bytes, at, end, depth, 0);
      continue;
    }
    if ((tag & 7) !== field.wire || (seen & field.excludes) !== 0) malformed();
    seen |= field.bit;
    at = within(skipContent(bytes, at + 1, end, field, depth), end);
  }
  if ((seen & shape.required) !== shape.required) malformed();
}

function skipContent(bytes: Uint8Array, at: number, end: number, field: FieldShape, depth: number): number {
  if (field.wire === WIRE.varint) return skipVarint(bytes, at, field.varint);
  if (field.wire === WIRE.fixed64) return at + 8;
  const prefix = prefixAt(bytes, at);
  const start = at + (prefix & 7);
  const stop = within(start + (prefix >>> 3), end);
  if (field.shape !== undefined) checkMessage(bytes, start, stop, field.shape, depth + field.levels);
  return stop;
}

interface Options {
  /** Numbers of the members of its `oneof`, itself included. */
  readonly oneof?: readonly number[];
  readonly isRepeated?: true;
}

function field(number: number, type: Type, { oneof = [], isRepeated }: Options = {}): FieldShape {
  const bit = 1 << number;
  const others = oneof
    .filter((member) => member !== number)
    .reduce((bits, member) => bits | (1 << member), 0);
  const isMessage = typeof type === 'object';
  const isSingle = isMessage && 'message' in type && isRepeated !== true;
  return {
    wire: isMessage || type === 'text' ? WIRE.bytes : type === 'double' ? WIRE.fixed64 : WIRE.varint,
    varint: isMessage || type === 'text' || type === 'double' ? 'int64' : type,
    shape: isMessage ? ('message' in type ? type.message : type.entry) : undefined,
    levels: isMessage && 'message' in type ? 1 : 0,
    bit,
    excludes: others | (isSingle ? bit : 0),
  };
}

type Row = readonly [number: number, type: Type, options?: Options];

function shape(...rows: readonly Row[]): Shape {
  return { fields: fill([], rows), required: 0 };
}

/** The shape of entries of a map, of texts or of messages. */
function entry(value: 'text' | Shape): Shape {
  if (value === 'text') return shape([1, 'text'], [2, 'text']);
  const { fields } = shape([1, 'text'], [2, { message: value }]);
  return { fields, required: 1 << 2 };
}

/** Every array is as long as the longest, without holes, so that reading it is the same for all. */
function fill(fields: (FieldShape | undefined)[], rows: readonly Row[]): (FieldShape | undefined)[] {
  for (let number = 0; number < 16; number++) fields[number] = undefined;
  for (const [number, type, options] of rows) fields[number] = field(number, type, options);
  return fields;
}

/** Field numbers of google.protobuf.Value. */
export const VALUE_FIELD = { null: 1, number: 2, string: 3, bool: 4, struct: 5, list: 6 } as const;
const KINDS = Object.values(VALUE_FIELD);

const valueFields: (FieldShape | undefined)[] = [];
const VALUE: Shape = { fields: valueFields, required: 0 };
/** google.protobuf.Struct */
const STRUCT = shape([1, { entry: entry(VALUE) }]);
const LIST = shape([1, { message: VALUE }, { isRepeated: true }]);
fill(valueFields, [
  [VALUE_FIELD.null, 'int32', { oneof: KINDS }],
  [VALUE_FIELD.number, 'double', { oneof: KINDS }],
  [VALUE_FIELD.string, 'text', { oneof: KINDS }],
  [VALUE_FIELD.bool, 'uint32', { oneof: KINDS }],
  [VALUE_FIELD.struct, { message: STRUCT }, { oneof: KINDS }],
  [VALUE_FIELD.list, { message: LIST }, { oneof: KINDS }],
]);

const ANY = shape([1, 'text'], [2, 'text']);

/** envoy.config.core.v3.Metadata */
export const METADATA = shape([1, { entry: entry(STRUCT) }], [2, { entry: entry(ANY) }]);

/** Entry of a `map<string, string>`. */
export const TEXT_ENTRY = entry('text');

/** envoy.config.core.v3.Address */
export const ADDRESS = shape(
  [
    1,
    {
      message: shape(
        [1, 'int32'],
        [2, 'text'],
        [3, 'uint32', { oneof: [3, 4] }],
        [4, 'text', { oneof: [3, 4] }],
      ),
    },
    { oneof: [1, 2, 3] },
  ],
  [2, { message: shape([1, 'text'], [2, 'uint32']) }, { oneof: [1, 2, 3] }],
  [3, { message: shape([1, 'text'], [2, 'text']) }, { oneof: [1, 2, 3] }],
);

/** google.protobuf.Timestamp */
export const TIMESTAMP = shape([1, 'int64'], [2, 'int32']);

/** envoy.service.auth.v3.AttributeContext.TLSSession */
export const TLS_SESSION = shape([1, 'text']);

/** envoy.config.core.v3.HeaderValue */
export const HEADER_VALUE = shape([1, 'text'], [2, 'text'], [3, 'text']);
