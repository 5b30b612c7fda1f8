import { WIRE } from './wire-shape.ts';

/**
 * True if the bytes of a text are a message in the binary form as well, of any type: services that know one codec read
 * every body by it, whatever the content type says, as those of gRPC for Go do with `application/grpc+json`.
 */
export function isBinaryMessage(bytes: Uint8Array): boolean {
  const groups: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = varintEnd(bytes, at);
    const tag = valueOf(bytes, at, end);
    const number = Math.floor(tag / 8);
    at = valueEnd(bytes, end, tag % 8);
    if (number === 0 || at > bytes.length) return false;
    if (tag % 8 === WIRE.group) groups.push(number);
    else if (tag % 8 === WIRE.endGroup && groups.pop() !== number) return false;
  }
  return groups.length === 0;
}

/** Offset after the value at `at`; infinite for none. */
function valueEnd(bytes: Uint8Array, at: number, wire: number): number {
  switch (wire) {
    case WIRE.varint:
      return varintEnd(bytes, at);
    case WIRE.fixed64:
      return at + 8;
    case WIRE.fixed32:
      return at + 4;
    case WIRE.length: {
      const start = varintEnd(bytes, at);
      return start + valueOf(bytes, at, start);
    }
    case WIRE.group:
    case WIRE.endGroup:
      return at;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** Most bytes of a number. */
const LONGEST = 10;

function varintEnd(bytes: Uint8Array, at: number): number {
  for (let end = at; end < at + LONGEST; end += 1) if ((bytes[end] ?? 0x80) < 0x80) return end + 1;
  return Number.POSITIVE_INFINITY;
}

/** The number between two offsets; of one that is not there, infinite. */
function valueOf(bytes: Uint8Array, from: number, to: number): number {
  if (to === Number.POSITIVE_INFINITY) return to;
  let value = 0;
  for (let at = to - 1; at >= from; at -= 1) value = value * 128 + ((bytes[at] ?? 0) & 0x7f);
  return value;
}
