/*
 * The wire format of protobuf (https://protobuf.dev/programming-guides/encoding/), as far as messages of ext_authz use
 * it. What one reader of protobuf takes and another does not, or takes for something else, is refused: an overlong tag,
 * a number with more bits than its type, a length beyond its message.
 */

/** Levels of messages and groups in a message; the same as in the reader of protobufjs. */
export const MAX_DEPTH = 100;

/** Wire types. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, group: 3, endGroup: 4, fixed32: 5 } as const;

/** One object for all, as no one asks where it was thrown and a stack costs more than the whole reading. */
const MALFORMED = new Error('the bytes are not such a message');

/** Throws. The bytes are not a message, or not one that all readers read alike. */
export function malformed(): never {
  throw MALFORMED;
}

/**
 * The length prefix at `at`, as one number to avoid an object: the length is `prefix >>> 3`, and the bytes of the prefix
 * itself are `prefix & 7`. Lengths are below 2^28; messages are bounded far below that. A prefix after the end of the
 * bytes reads as 0, which the caller refuses when it compares the end of the field with that of the message.
 */
export function prefixAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  return first < 0x80 ? (first << 3) | 1 : longPrefixAt(bytes, at, first);
}

function longPrefixAt(bytes: Uint8Array, at: number, first: number): number {
  let length = first & 0x7f;
  for (let size = 1; size < 4; size++) {
    const byte = bytes[at + size] ?? 0;
    length |= (byte & 0x7f) << (7 * size);
    if (byte < 0x80) return (length << 3) | (size + 1);
  }
  // A fifth byte can only be padding.
  return bytes[at + 4] === 0 ? (length << 3) | 5 : malformed();
}

/** The content of a message or a field, in bytes that were checked. */
export interface Range {
  readonly start: number;
  /** Offset after it. */
  readonly end: number;
}

/** The content after the length prefix at `at`. */
export function contentAt(bytes: Uint8Array, at: number): Range {
  const prefix = prefixAt(bytes, at);
  const start = at + (prefix & 7);
  return { start, end: start + (prefix >>> 3) };
}

/** Bytes of the content after the length prefix at `at`; 0 at 0, which is the offset of an absent field. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  return at === 0 ? 0 : prefixAt(bytes, at) >>> 3;
}

/** True if the bytes from `start` to before `end` are these. */
export function isAt(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  if (expected.length !== end - start) return false;
  for (let index = 0; index < expected.length; index++)
    if (expected[index] !== bytes[start + index]) return false;
  return true;
}

/** The field whose tag begins at `at`; the tag of a field that is not read here can have several bytes. */
interface Tag {
  readonly number: number;
  readonly wire: number;
  /** Offset after the tag. */
  readonly end: number;
}

function tagAt(bytes: Uint8Array, at: number): Tag {
  let value = 0;
  for (let size = 0; size < 5; size++) {
    const byte = bytes[at + size] ?? 0x80;
    value += (byte & 0x7f) * 2 ** (7 * size);
    if (byte >= 0x80) continue;
    const isOverlong = byte === 0 && size > 0;
    const number = Math.floor(value / 8);
    return isOverlong || number === 0 || value >= 2 ** 32
      ? malformed()
      : { number, wire: value % 8, end: at + size + 1 };
  }
  return malformed();
}

/**
 * Offset after the field that begins at `at`, which no message of ours has. `known`: bit n is set if the message has a
 * field n, which then has another wire type than here.
 */
export function skipField(bytes: Uint8Array, at: number, end: number, depth: number, known: number): number {
  const { number, wire, end: content } = tagAt(bytes, at);
  if (number < 32 && (known & (1 << number)) !== 0) malformed();
  return skipContent(bytes, content, end, { number, wire, depth });
}

interface Content {
  readonly number: number;
  readonly wire: number;
  readonly depth: number;
}

function skipContent(bytes: Uint8Array, at: number, end: number, { number, wire, depth }: Content): number {
  if (depth > MAX_DEPTH) malformed();
  switch (wire) {
    case WIRE.varint:
      return within(at + varintSize(bytes, at), end);
    case WIRE.fixed64:
      return within(at + 8, end);
    case WIRE.bytes: {
      const prefix = prefixAt(bytes, at);
      return within(at + (prefix & 7) + (prefix >>> 3), end);
    }
    case WIRE.fixed32:
      return within(at + 4, end);
    case WIRE.group:
      return skipGroup(bytes, at, end, number, depth);
    default:
      return malformed();
  }
}

function skipGroup(bytes: Uint8Array, start: number, end: number, group: number, depth: number): number {
  let at = start;
  while (at < end) {
    const { number, wire, end: content } = tagAt(bytes, at);
    if (wire === WIRE.endGroup) return number === group ? within(content, end) : malformed();
    at = skipContent(bytes, content, end, { number, wire, depth: depth + 1 });
  }
  return malformed();
}

/** The offset, if it is not after the end of the message. */
export function within(at: number, end: number): number {
  return at > end ? malformed() : at;
}

/**
 * Offset after the tag of the last field with that tag, of one byte, in a message that was checked: of its length prefix,
 * or of a number. 0 if there is none.
 */
export function lastField(bytes: Uint8Array, start: number, end: number, tag: number): number {
  let found = 0;
  let at = start;
  while (at < end) {
    if (bytes[at] === tag) found = at + 1;
    at = skipField(bytes, at, end, 0, 0);
  }
  return found;
}

/** A field of a message that was checked: its number, and where its value or, after the length, its content is. */
export interface WireField extends Range {
  readonly number: number;
}

/** The fields of a message that was checked, in their order. */
export function* fieldsOf(bytes: Uint8Array, start: number, end: number): Generator<WireField, undefined> {
  for (let at = start; at < end; ) {
    const { number, wire, end: content } = tagAt(bytes, at);
    at = skipContent(bytes, content, end, { number, wire, depth: 0 });
    yield {
      number,
      start: wire === WIRE.bytes ? content + (prefixAt(bytes, content) & 7) : content,
      end: at,
    };
  }
}

/** Bytes of the varint at `at`, at most ten. */
function varintSize(bytes: Uint8Array, at: number): number {
  for (let size = 0; size < 10; size++) if ((bytes[at + size] ?? 0) < 0x80) return size + 1;
  return malformed();
}

/** Types of numbers on the wire. An `int32` below 0 has ten bytes, as if it had 64 bits. */
export type VarintKind = 'uint32' | 'int32' | 'int64';

/** Offset after the number at `at`, if it has no more bits than its type. */
export function skipVarint(bytes: Uint8Array, at: number, kind: VarintKind): number {
  const size = varintSize(bytes, at);
  const fifth = bytes[at + 4] ?? 0;
  const tenth = bytes[at + 9] ?? 0;
  const isWide = size > 5 || (size === 5 && fifth > 0x0f);
  if (!isWide) return at + size;
  if (kind === 'int64' && (size < 10 || tenth === 1 || tenth === 0)) return at + size;
  const isNegative = size === 10 && tenth === 1 && (fifth & 0x78) === 0x78 && areOnes(bytes, at + 5, at + 9);
  return kind === 'int32' && isNegative ? at + size : malformed();
}

function areOnes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0xff) return false;
  return true;
}

/** The `int64` at `at`, to the nearest double. Also an `int32`, and a `uint32`, whose bits above are 0. */
export function int64At(bytes: Uint8Array, at: number): number {
  let low = 0;
  let high = 0;
  for (let size = 0; size < 10; size++) {
    const byte = bytes[at + size] ?? 0;
    const bits = byte & 0x7f;
    if (size < 4) low += bits * 2 ** (7 * size);
    else if (size === 4) {
      low += (bits & 0x0f) * 2 ** 28;
      high = bits >>> 4;
    } else high |= bits << (7 * size - 32);
    if (byte < 0x80) break;
  }
  return (high | 0) * 2 ** 32 + low;
}
