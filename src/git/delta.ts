import { MAX_OBJECT_BYTES, type Work } from './git-object.ts';

/** The sizes at the start of a delta, and where its instructions begin. */
interface DeltaHead {
  readonly baseSize: number;
  readonly size: number;
  readonly end: number;
}

/** Reads the head of a delta, of which the first 20 bytes are enough. */
export function deltaHead(delta: Buffer): DeltaHead {
  const base = sizeAt(delta, 0);
  const result = sizeAt(delta, base.end);
  return { baseSize: base.value, size: result.value, end: result.end };
}

function sizeAt(delta: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let unit = 1;
  for (let at = from; ; at += 1) {
    const byte = delta.readUInt8(at);
    value += (byte & 127) * unit;
    if (value > MAX_OBJECT_BYTES) throw new Error('an object is larger than 16 MiB');
    if (byte < 128) return { value, end: at + 1 };
    unit *= 128;
  }
}

/**
 * Applies a delta: copies ranges of the base and inserts new bytes. Takes time and memory in proportion to the delta
 * and its result.
 */
export function applyDelta(base: Buffer, delta: Buffer, work: Work): Buffer {
  const head = deltaHead(delta);
  if (head.baseSize !== base.length) throw new Error('a delta does not fit its base');
  work.spend(head.size);
  const result = Buffer.allocUnsafe(head.size);
  let written = 0;
  let at = head.end;
  const put = (source: Buffer, from: number, length: number): void => {
    if (from + length > source.length) throw new Error('a delta copies bytes that do not exist');
    if (written + length > result.length) throw new Error('a delta gives more than it promised');
    written += source.copy(result, written, from, from + length);
  };
  while (at < delta.length) {
    const code = delta.readUInt8(at++);
    if (code === 0) throw new Error('a delta holds an unknown instruction');
    if (code < 128) {
      put(delta, at, code);
      at += code;
      continue;
    }
    let from = 0;
    let length = 0;
    for (let bit = 0; bit < 4; bit += 1) if (code & (1 << bit)) from += delta.readUInt8(at++) * 256 ** bit;
    for (let bit = 0; bit < 3; bit += 1) if (code & (16 << bit)) length += delta.readUInt8(at++) * 256 ** bit;
    put(base, from, length || 0x10000);
  }
  if (written !== result.length) throw new Error('a delta gives less than it promised');
  return result;
}
