import type { FieldKind, FieldSchema, MessageSchema } from './message-schema.ts';

/** Deepest level of messages and groups that protobufjs reads. */
const DEEPEST = 100;

/** Longest length of a field, in bytes. */
const LONGEST = 2 ** 28 - 1;

class Fault extends Error {}

/**
 * What readers of protobuf could disagree about in the bytes of a message, or why none reads them; undefined if there is
 * nothing. Written after the rules in docs/envoy.md and driven by the `.proto` files, without any code of the engine.
 */
export function faultOf(bytes: Uint8Array, schema: MessageSchema): string | undefined {
  try {
    checkMessage(new Cursor(bytes), schema, 0);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** The bytes of one message. */
class Cursor {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(longest: number): { readonly value: bigint; readonly size: number; readonly isOverlong: boolean } {
    let value = 0n;
    for (let size = 1; size <= longest; size++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new Fault('the message ends in a number');
      this.at++;
      value |= BigInt(byte & 0x7f) << BigInt(7 * (size - 1));
      if (byte < 0x80) return { value, size, isOverlong: byte === 0 && size > 1 };
    }
    throw new Fault(`a number has more than ${longest} bytes`);
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) throw new Fault('a field is longer than its message');
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  tag(): { readonly number: number; readonly wire: number } {
    const { value, isOverlong } = this.varint(5);
    if (isOverlong) throw new Fault('a tag has more bytes than it needs');
    if (value >= 1n << 32n) throw new Fault('a tag has more than 32 bits');
    const number = Number(value >> 3n);
    if (number === 0) throw new Fault('a field has the number 0');
    return { number, wire: Number(value & 7n) };
  }

  part(): Uint8Array {
    const { value } = this.varint(5);
    if (value > LONGEST) throw new Fault('a length is too large');
    return this.take(Number(value));
  }
}

const WIRE: Readonly<Record<FieldKind, number>> = {
  text: 2,
  bytes: 2,
  message: 2,
  double: 1,
  uint32: 0,
  int32: 0,
  int64: 0,
  bool: 0,
};

function checkMessage(cursor: Cursor, { fields, isEntry }: MessageSchema, depth: number): void {
  if (depth > DEEPEST) throw new Fault('messages are nested too deeply');
  const seen = new Set<FieldSchema>();
  while (!cursor.isAtEnd) {
    const { number, wire } = cursor.tag();
    const field = fields.get(number);
    if (field === undefined) {
      skip(cursor, number, wire, depth);
      continue;
    }
    if (WIRE[field.kind] !== wire) throw new Fault(`field ${number} has another wire type`);
    checkOccurrence(field, seen);
    seen.add(field);
    checkField(cursor, field, depth);
  }
  const value = fields.get(2);
  if (isEntry && value?.kind === 'message' && !seen.has(value)) throw new Fault('an entry has no message');
}

function checkOccurrence(field: FieldSchema, seen: ReadonlySet<FieldSchema>): void {
  if (field.kind === 'message' && !field.isRepeated && seen.has(field)) {
    throw new Fault(`the message ${field.number} is there twice`);
  }
  if (field.oneof === undefined) return;
  for (const other of seen) {
    if (other !== field && other.oneof === field.oneof) throw new Fault('two members of a oneof are there');
  }
}

function checkField(cursor: Cursor, { kind, message }: FieldSchema, depth: number): void {
  switch (kind) {
    case 'text':
    case 'bytes':
      cursor.part();
      return;
    case 'double':
      cursor.take(8);
      return;
    case 'message':
      if (message !== undefined) {
        checkMessage(new Cursor(cursor.part()), message, message.isEntry ? depth : depth + 1);
      }
      return;
    default:
      checkNumber(cursor, kind);
  }
}

function checkNumber(cursor: Cursor, kind: 'uint32' | 'int32' | 'int64' | 'bool'): void {
  const { value, size } = cursor.varint(10);
  if (kind === 'int64') {
    if (value >= 1n << 64n) throw new Fault('a number has more than 64 bits');
    return;
  }
  const isShort = value < 1n << 32n && size <= 5;
  const isNegative = kind === 'int32' && value < 1n << 64n && BigInt.asIntN(64, value) < 0n;
  const isInRange = BigInt.asIntN(64, value) >= -(1n << 31n);
  if (!isShort && !(isNegative && isInRange)) throw new Fault('a number has more than 32 bits');
}

function skip(cursor: Cursor, number: number, wire: number, depth: number): void {
  if (depth > DEEPEST) throw new Fault('groups are nested too deeply');
  switch (wire) {
    case 0:
      cursor.varint(10);
      return;
    case 1:
      cursor.take(8);
      return;
    case 2:
      cursor.part();
      return;
    case 3:
      for (;;) {
        const inner = cursor.tag();
        if (inner.wire === 4) {
          if (inner.number !== number) throw new Fault('another group ends');
          return;
        }
        skip(cursor, inner.number, inner.wire, depth + 1);
      }
    case 5:
      cursor.take(4);
      return;
    default:
      throw new Fault(`the wire type ${wire} begins no field`);
  }
}
