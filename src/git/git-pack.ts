import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** An object of a repository. */
export interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly body: Buffer;
}

/** Maximum number of bytes of an object. The objects read here are commits, trees and links, which are small. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
/** Maximum length of a chain of deltas; git creates at most 4095. */
const MAX_DELTAS = 4095;

const TYPES: Readonly<Record<number, GitObject['type']>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;

/**
 * Reads one object from a pack by the index (version 2). It reads only the necessary bytes: a pack may
 * be larger than memory. Undefined if the object is not in the pack. Throws if the pack is damaged.
 * `elsewhere` finds the base of a delta that is outside of this pack.
 * https://git-scm.com/docs/gitformat-pack
 */
export function readPacked(
  indexFile: string,
  id: string,
  elsewhere: (id: string) => GitObject | undefined,
): GitObject | undefined {
  const offset = withFile(indexFile, (index) => offsetOf(index, id));
  if (offset === undefined) return undefined;
  return withFile(indexFile.replace(/\.idx$/, '.pack'), (pack) => {
    const deltas: Buffer[] = [];
    let at = offset;
    while (deltas.length <= MAX_DELTAS) {
      const entry = entryAt(pack, at, id.length / 2);
      if (entry.type !== undefined) return { type: entry.type, body: undelta(entry.body, deltas) };
      deltas.push(entry.body);
      const { base } = entry;
      const place = typeof base === 'number' ? base : withFile(indexFile, (index) => offsetOf(index, base));
      if (place !== undefined) {
        at = place;
        continue;
      }
      const outside = elsewhere(String(base));
      if (outside === undefined) throw new Error(`the base ${base} of a delta is missing`);
      return { type: outside.type, body: undelta(outside.body, deltas) };
    }
    throw new Error('a chain of deltas is too long');
  });
}

interface OpenFile {
  /** Up to `length` bytes from `offset`, fewer at the end. Throws if `offset` is not in the file. */
  read(offset: number, length: number): Buffer;
}

function withFile<T>(path: string, use: (file: OpenFile) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    return use({
      read(offset, length) {
        const buffer = Buffer.alloc(Math.min(length, size - offset));
        return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, offset));
      },
    });
  } finally {
    closeSync(descriptor);
  }
}

const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;

function offsetOf(index: OpenFile, id: string): number | undefined {
  const head = index.read(0, NAMES);
  if (head.readUInt32BE(0) !== 0xff744f63 || head.readUInt32BE(4) !== 2) {
    throw new Error('a pack index is not of version 2');
  }
  const wanted = Buffer.from(id, 'hex');
  const width = wanted.length;
  const first = wanted[0] ?? 0;
  const from = first === 0 ? 0 : head.readUInt32BE(FANOUT + (first - 1) * 4);
  const to = head.readUInt32BE(FANOUT + first * 4);
  const total = head.readUInt32BE(FANOUT + 255 * 4);
  const names = index.read(NAMES + from * width, (to - from) * width);
  for (let low = 0, high = to - from; low < high; ) {
    const middle = (low + high) >>> 1;
    const order = wanted.compare(names, middle * width, (middle + 1) * width);
    if (order === 0) return placeOf(index, from + middle, total, width);
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
}

/** After the names the index has 4 bytes of CRC per object, 4 bytes of offset per object, and 8 bytes per large offset. */
function placeOf(index: OpenFile, position: number, total: number, width: number): number {
  const offsets = NAMES + total * (width + 4);
  const near = index.read(offsets + position * 4, 4).readUInt32BE(0);
  if (near < 0x80000000) return near;
  const far = offsets + total * 4 + (near - 0x80000000) * 8;
  return Number(index.read(far, 8).readBigUInt64BE(0));
}

type Entry =
  | { readonly type: GitObject['type']; readonly body: Buffer; readonly base?: undefined }
  | { readonly type?: undefined; readonly body: Buffer; readonly base: number | string };

function entryAt(pack: OpenFile, at: number, width: number): Entry {
  const head = pack.read(at, 64);
  let position = 0;
  const next = () => head.readUInt8(position++);
  let byte = next();
  const kind = (byte >> 4) & 7;
  let size = byte & 15;
  for (let unit = 16; byte >= 128; unit *= 128) {
    byte = next();
    size += (byte & 127) * unit;
  }
  if (size > MAX_OBJECT_BYTES) throw new Error('an object is too large');

  let base: number | string | undefined;
  if (kind === OFFSET_DELTA) {
    byte = next();
    let back = byte & 127;
    while (byte >= 128) {
      byte = next();
      back = (back + 1) * 128 + (byte & 127);
    }
    if (back <= 0 || back > at) throw new Error('a delta has its base outside of the pack');
    base = at - back;
  } else if (kind === REFERENCE_DELTA) {
    base = head.toString('hex', position, position + width);
    position += width;
  }
  const body = inflateAt(pack, at + position, size);
  if (base !== undefined) return { body, base };
  const type = TYPES[kind];
  if (type === undefined) throw new Error('an object is of an unknown type');
  return { type, body };
}

/** Upper bound of the compressed length, which the pack does not store: the overhead of deflate for incompressible data. */
function inflateAt(pack: OpenFile, at: number, size: number): Buffer {
  const most = size + 64 + Math.ceil(size / 1000) * 2;
  const body = inflateSync(pack.read(at, most), { maxOutputLength: Math.max(size, 1) });
  if (body.length !== size) throw new Error('an object is damaged');
  return body;
}

/** The deltas are in order from the object to its base, so the last one is applied first. */
function undelta(base: Buffer, deltas: readonly Buffer[]): Buffer {
  return deltas.reduceRight((body, delta) => applyDelta(body, delta), base);
}

/** Applies a delta: copies ranges of the base and inserts new bytes. */
function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let position = 0;
  const next = () => delta.readUInt8(position++);
  const number = () => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = next();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  if (number() !== base.length) throw new Error('a delta does not fit its base');
  const size = number();
  if (size > MAX_OBJECT_BYTES) throw new Error('an object is too large');
  const parts: Buffer[] = [];
  let written = 0;
  while (position < delta.length) {
    const code = next();
    let part: Buffer;
    if (code >= 128) {
      let from = 0;
      let length = 0;
      for (let bit = 0; bit < 4; bit += 1) if (code & (1 << bit)) from += next() * 256 ** bit;
      for (let bit = 0; bit < 3; bit += 1) if (code & (16 << bit)) length += next() * 256 ** bit;
      part = base.subarray(from, from + (length || 0x10000));
    } else {
      if (code === 0) throw new Error('a delta holds an unknown instruction');
      part = delta.subarray(position, position + code);
      position += code;
    }
    written += part.length;
    if (written > size) throw new Error('a delta gives more than it promised');
    parts.push(part);
  }
  if (written !== size) throw new Error('a delta gives less than it promised');
  return Buffer.concat(parts, size);
}
