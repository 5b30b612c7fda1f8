import { utf8Text } from '../request/utf8.ts';
import { SentFields } from './sent-fields.ts';
import { type FieldShape, type MessageShape, type TimeRange, WIRE, type WireShapes } from './wire-shape.ts';

/** Levels of nested messages; as for JSON. */
const MOST_LEVELS = 64;
/** Values that the messages of one body may become: fields of each message, elements and entries. */
const MOST_VALUES = 200_000;

/** Room for the values of the messages of one body. */
export interface ScanRoom {
  left: number;
}

export function scanRoom(): ScanRoom {
  return { left: MOST_VALUES };
}

/** `problem` and `unknown` are phrases with names of the descriptor set and never a value of the message. */
export interface Scanned {
  /** The bytes are not such a message, or parsers may read them differently. */
  readonly problem: string | undefined;
  /** The first field that the descriptor set does not have. */
  readonly unknown: string | undefined;
}

/**
 * Reads a message without making a value: the bytes of a caller are decoded only if they are well-formed, of bounded
 * depth and size, and mean the same to every parser. A field with another wire type than declared is refused, since
 * some parsers skip it and others misread it; likewise a bool that is neither 0 nor 1, text that is not UTF-8, a number
 * or time beyond its type, a number with more bytes than it needs (`protobufjs` takes one of six to nine bytes for one
 * of ten), and a second value of a field that has one, which some parsers merge with the first, others put in its place.
 */
export function scanMessage(
  bytes: Uint8Array,
  shape: MessageShape,
  shapes: WireShapes,
  room: ScanRoom,
): Scanned {
  const scan = new Scan(bytes, shapes, room);
  try {
    scan.message(shape, bytes.length, 1);
    return { problem: undefined, unknown: scan.unknown };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { problem: error.message, unknown: scan.unknown };
  }
}

class Malformed extends Error {
  override readonly name = 'Malformed';
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

class Scan {
  unknown: string | undefined;
  readonly #bytes: Uint8Array;
  readonly #shapes: WireShapes;
  readonly #room: ScanRoom;
  #at = 0;
  /** The last varint: its lower and its upper 32 bits. */
  #low = 0;
  #high = 0;
  /** Names of the fields that lead to the current message. */
  readonly #path: string[] = [];

  constructor(bytes: Uint8Array, shapes: WireShapes, room: ScanRoom) {
    this.#bytes = bytes;
    this.#shapes = shapes;
    this.#room = room;
  }

  /** Reads a message that ends at `end`. */
  message(shape: MessageShape, end: number, level: number): void {
    if (shape.time !== undefined) return this.#time(shape, shape.time, end, level);
    this.#enter(shape, level);
    const sent = new SentFields();
    let url: string | undefined;
    let value: readonly [number, number] | undefined;
    while (this.#at < end) {
      const tag = this.#tag(end);
      const start = this.#at;
      this.#field(shape, tag, end, level, sent);
      if (!shape.isAny) continue;
      if (tag >>> 3 === 1) url = this.#text(start);
      if (tag >>> 3 === 2) value = [this.#contentStart(start), this.#at];
    }
    if (shape.isAny) this.#any(url, value, level);
  }

  /** A time beyond its range ends in an error in some languages, and is another time in others. */
  #time(shape: MessageShape, { first, last, isSigned }: TimeRange, end: number, level: number): void {
    this.#enter(shape, level);
    const sent = new SentFields();
    let seconds = 0;
    let nanos = 0;
    while (this.#at < end) {
      const tag = this.#tag(end);
      this.#field(shape, tag, end, level, sent);
      if (tag >>> 3 === 1) seconds = (this.#high | 0) * 2 ** 32 + this.#low;
      if (tag >>> 3 === 2) nanos = this.#low | 0;
    }
    const hasRightSign = isSigned ? seconds * nanos >= 0 : nanos >= 0;
    if (seconds < first || seconds > last || Math.abs(nanos) > 999_999_999 || !hasRightSign) {
      this.#fail(`is beyond the range of \`${shape.name}\``);
    }
  }

  #enter(shape: MessageShape, level: number): void {
    if (level > MOST_LEVELS) this.#fail(`has more than ${MOST_LEVELS} levels`);
    this.#take(shape.cost);
  }

  #take(values: number): void {
    this.#room.left -= values;
    if (this.#room.left < 0) throw new Malformed('the body has more values than are read');
  }

  #tag(end: number): number {
    this.#varint(end);
    const wire = this.#low & 7;
    if (this.#high !== 0 || this.#low < 8) this.#fail('has a field number that is not valid');
    if (wire === WIRE.endGroup || wire > WIRE.fixed32) this.#fail('has a wire type that is not expected');
    return this.#low;
  }

  /** Reads an entry of a map. Returns its key: each text is another key, and the default is the empty one. */
  #entry(shape: MessageShape, end: number, level: number): string {
    this.#enter(shape, level);
    const sent = new SentFields();
    let key = NO_BYTES;
    let hasValue = false;
    while (this.#at < end) {
      const tag = this.#tag(end);
      const start = this.#at;
      this.#field(shape, tag, end, level, sent);
      if (tag >>> 3 === 1) key = this.#bytes.subarray(start, this.#at);
      else hasValue ||= tag >>> 3 === 2;
    }
    // For `protobufjs`, such an entry has null in the place of a message.
    if (!hasValue && shape.field(2)?.message !== undefined) this.#fail('has an entry without its message');
    return keyText(key);
  }

  #field(shape: MessageShape, tag: number, end: number, level: number, sent: SentFields): void {
    const number = tag >>> 3;
    const wire = tag & 7;
    const field = shape.field(number);
    if (field === undefined) {
      this.unknown ??= `${this.#subject()} has the field ${number}, which \`${shape.name}\` does not have`;
      this.#skip(wire, number, end, level);
    } else if (wire === field.wire) this.#value(field, number, end, level, sent);
    else if (wire === WIRE.length && field.isPackable) this.#packed(field, end);
    else this.#fail(`has the field \`${field.name}\` in another form than declared`);
  }

  #value(field: FieldShape, number: number, end: number, level: number, sent: SentFields): void {
    this.#take(1);
    if (sent.isSecond(field)) this.#failTwice(field);
    const { message } = field;
    if (message === undefined) return this.#scalar(field, end);
    this.#path.push(field.name);
    if (field.isMap) {
      const key = this.#entry(message, this.#length(end), level + 1);
      if (sent.isSecondKey(field, key)) this.#fail('has a key more than once');
    } else if (field.wire === WIRE.group) this.#group(message, number, end, level + 1);
    else this.message(message, this.#length(end), level + 1);
    this.#path.pop();
  }

  #failTwice({ name, oneof }: FieldShape): never {
    if (oneof === undefined) this.#fail(`has the field \`${name}\` more than once`);
    this.#fail(`has more than one field of the oneof \`${oneof}\``);
  }

  #scalar(field: FieldShape, end: number): void {
    const { wire, content, name } = field;
    if (wire === WIRE.fixed32) return this.#pass(4, end);
    if (wire === WIRE.fixed64) return this.#pass(8, end);
    if (wire === WIRE.varint) return this.#number(field, end);
    const start = this.#at;
    this.#at = this.#length(end);
    if (content === 'text' && !this.#isText(start)) {
      this.#fail(`has the field \`${name}\` with text that is not UTF-8`);
    }
  }

  #number({ content, name, numbers }: FieldShape, end: number): void {
    this.#varint(end);
    if (content === 'bool' && (this.#high !== 0 || this.#low > 1)) {
      this.#fail(`has the field \`${name}\`, a bool, with a value that is neither 0 nor 1`);
    }
    // A number below zero has the bits of one of 64 bits.
    const high = content === 'int32' && this.#low >= 2 ** 31 ? 0xffffffff : 0;
    if ((content === 'int32' || content === 'uint32') && this.#high !== high) {
      this.#fail(`has the field \`${name}\` with a number of more than 32 bits`);
    }
    if (numbers !== undefined && !numbers.has(this.#low | 0)) {
      this.unknown ??= `${this.#subject()} has a number in \`${name}\` that its enum does not have`;
    }
  }

  #packed(field: FieldShape, end: number): void {
    const last = this.#length(end);
    while (this.#at < last) {
      this.#take(1);
      this.#scalar(field, last);
    }
  }

  #group(shape: MessageShape, number: number, end: number, level: number): void {
    this.#enter(shape, level);
    const sent = new SentFields();
    for (;;) {
      if (this.#endsGroup(number, end)) return;
      this.#field(shape, this.#tag(end), end, level, sent);
    }
  }

  /** Skips the value of a field that is not known. */
  #skip(wire: number, number: number, end: number, level: number): void {
    switch (wire) {
      case WIRE.varint:
        return this.#varint(end);
      case WIRE.fixed64:
        return this.#pass(8, end);
      case WIRE.fixed32:
        return this.#pass(4, end);
      case WIRE.length:
        this.#at = this.#length(end);
        return;
      default:
        if (level > MOST_LEVELS) this.#fail(`has more than ${MOST_LEVELS} levels`);
        while (!this.#endsGroup(number, end)) {
          const tag = this.#tag(end);
          this.#skip(tag & 7, tag >>> 3, end, level + 1);
        }
    }
  }

  /** Reads the end of a group, if it is next. */
  #endsGroup(number: number, end: number): boolean {
    const start = this.#at;
    this.#varint(end);
    if (this.#high === 0 && this.#low >>> 0 === ((number << 3) | WIRE.endGroup) >>> 0) return true;
    this.#at = start;
    return false;
  }

  /** The value of an Any is judged as the message that it is. */
  #any(url: string | undefined, value: readonly [number, number] | undefined, level: number): void {
    if (url === undefined || url === '') return;
    const shape = this.#shapes.named(url);
    if (shape === undefined) {
      this.unknown ??= `${this.#subject()} has a message of a type that the descriptor set does not have`;
      return;
    }
    const [start, end] = value ?? [this.#at, this.#at];
    const after = this.#at;
    this.#at = start;
    this.message(shape, end, level + 1);
    this.#at = after;
  }

  /** True for UTF-8 between the length at `start`, which has been read, and here. ASCII needs no decoder. */
  #isText(start: number): boolean {
    for (let at = this.#contentStart(start); at < this.#at; at += 1) {
      if ((this.#bytes[at] ?? 0) >= 0x80) return this.#text(start) !== undefined;
    }
    return true;
  }

  /** Text with a length before it, which has been read; undefined if it is not UTF-8. */
  #text(start: number): string | undefined {
    return utf8Text(this.#bytes.subarray(this.#contentStart(start), this.#at));
  }

  /** Offset after the length at `start`. */
  #contentStart(start: number): number {
    let at = start;
    while ((this.#bytes[at] ?? 0) >= 0x80) at += 1;
    return at + 1;
  }

  /** The end of a value with a length before it. */
  #length(end: number): number {
    this.#varint(end);
    const last = this.#at + this.#low;
    if (this.#high !== 0 || last > end) this.#fail('ends within a value');
    return last;
  }

  #pass(bytes: number, end: number): void {
    this.#at += bytes;
    if (this.#at > end) this.#fail('ends within a value');
  }

  #varint(end: number): void {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index += 1) {
      if (this.#at >= end) this.#fail('ends within a value');
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * index - 32);
      if (byte >= 0x80) continue;
      if (index === 9 && byte > 1) break;
      if (index > 0 && byte === 0) this.#fail('has a number with more bytes than it needs');
      this.#low = low >>> 0;
      this.#high = high >>> 0;
      return;
    }
    this.#fail('has a number of more than 64 bits');
  }

  #subject(): string {
    return this.#path.length === 0 ? 'the message' : `\`${this.#path.join('.')}\``;
  }

  #fail(problem: string): never {
    throw new Malformed(`${this.#subject()} ${problem}`);
  }
}

/** A text for the bytes of a key; one of zeros is the default, which need not be sent. */
function keyText(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
    bits |= byte;
  }
  return bits === 0 ? '' : text;
}
