import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { VALUE_FIELD } from './message-shapes.ts';
import type { DecodeText } from './messages.ts';
import { listOf, type Member, numberMember, objectOf } from './metadata.ts';
import { contentAt, fieldsOf, int64At, type Range } from './wire.ts';

const NONE: ReadonlyMap<string, JsonValue> = new Map();

/**
 * Entries of the fields `map` with the number, of type `map<string, string>`, in a message that was checked. Of entries
 * with the same key, the last counts.
 */
export function textsOf(
  bytes: Uint8Array,
  message: Range,
  map: number,
  decode: DecodeText,
): ReadonlyMap<string, string> {
  return entriesOf(bytes, message, { map, decode }, '', ({ start, end }) => decode(bytes, start, end));
}

/**
 * Metadata of other filters, by filter name, as plain JSON values, of the message with the length prefix at `at`; none
 * at 0. The depth is bounded when the message is checked: one level of a Struct is two of 100.
 */
export function metadataAt(
  bytes: Uint8Array,
  at: number,
  decode: DecodeText,
): ReadonlyMap<string, JsonValue> {
  if (at === 0) return NONE;
  const none: JsonValue = objectOf(NONE);
  return entriesOf(bytes, contentAt(bytes, at), { map: 1, decode }, none, (struct) =>
    structOf(bytes, struct, decode),
  );
}

interface Entries {
  /** Number of the field. */
  readonly map: number;
  readonly decode: DecodeText;
}

/** `absent`: the value of an entry without one. */
function entriesOf<Value>(
  bytes: Uint8Array,
  message: Range,
  { map, decode }: Entries,
  absent: Value,
  read: (value: Range) => Value,
): ReadonlyMap<string, Value> {
  const entries = new Map<string, Value>();
  for (const entry of fieldsOf(bytes, message.start, message.end)) {
    if (entry.number !== map) continue;
    let key = '';
    let value = absent;
    for (const part of fieldsOf(bytes, entry.start, entry.end)) {
      if (part.number === 1) key = decode(bytes, part.start, part.end);
      else if (part.number === 2) value = read(part);
    }
    entries.set(key, value);
  }
  return entries;
}

function structOf(bytes: Uint8Array, struct: Range, decode: DecodeText): JsonObject {
  return objectOf(
    entriesOf<Member>(bytes, struct, { map: 1, decode }, null, (value) => valueOf(bytes, value, decode)),
  );
}

function valueOf(bytes: Uint8Array, message: Range, decode: DecodeText): Member {
  let value: Member = null;
  for (const { number, start, end } of fieldsOf(bytes, message.start, message.end)) {
    switch (number) {
      case VALUE_FIELD.number:
        value = numberMember(new DataView(bytes.buffer, bytes.byteOffset + start, 8).getFloat64(0, true));
        break;
      case VALUE_FIELD.string:
        value = decode(bytes, start, end);
        break;
      case VALUE_FIELD.bool:
        value = int64At(bytes, start) !== 0;
        break;
      case VALUE_FIELD.struct:
        value = structOf(bytes, { start, end }, decode);
        break;
      case VALUE_FIELD.list:
        value = listOf(valuesOf(bytes, { start, end }, decode));
        break;
      default:
    }
  }
  return value;
}

function valuesOf(bytes: Uint8Array, list: Range, decode: DecodeText): readonly Member[] {
  const values: Member[] = [];
  for (const part of fieldsOf(bytes, list.start, list.end)) {
    if (part.number === 1) values.push(valueOf(bytes, part, decode));
  }
  return values;
}
