import { constants, inflateSync } from 'node:zlib';
import type { BaseCache, Bases } from './base-cache.ts';
import { applyDelta, deltaHead } from './delta.ts';
import { type OpenFile, openFile } from './git-file.ts';
import { type GitObject, MAX_OBJECT_BYTES, type ObjectType, type Work } from './git-object.ts';
import { readPackIndex } from './pack-index.ts';

/** A pack with its index. Both methods give undefined if the object is not in it, and throw if it is damaged. */
export interface Pack {
  read(id: string): GitObject | undefined;
  /** Size of the object in bytes, without unpacking it. */
  sizeOf(id: string): number | undefined;
  /** IDs that start with these hex digits. */
  startingWith(digits: string, width: number, most: number): readonly string[];
  close(): void;
}

/** Longest chain of deltas; git creates at most 4095. */
const MAX_DELTAS = 4095;
/** Most bytes of the deltas of one object. */
const MAX_DELTA_BYTES = 2 * MAX_OBJECT_BYTES;
const TYPES: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;

/**
 * Opens a pack by the path of its index; undefined if one of the two files has disappeared. Only the necessary bytes
 * are read: a pack may be larger than memory. https://git-scm.com/docs/gitformat-pack
 */
export function openPack(indexPath: string, work: Work, bases: BaseCache): Pack | undefined {
  const index = openFile(indexPath);
  if (index === undefined) return undefined;
  let pack: OpenFile | undefined;
  try {
    pack = openFile(indexPath.replace(/\.idx$/, '.pack'));
    if (pack !== undefined) return packOf({ index, pack, work, bases: bases.of(indexPath) });
  } catch (error) {
    pack?.close();
    index.close();
    throw error;
  }
  index.close();
  return undefined;
}

interface PackParts {
  readonly index: OpenFile;
  readonly pack: OpenFile;
  readonly work: Work;
  readonly bases: Bases;
}

function packOf({ index: indexFile, pack, work, bases }: PackParts): Pack {
  const index = readPackIndex(indexFile);

  /** Follows the deltas to the first whole object, and applies them from there back to the object. */
  function objectAt(offset: number, width: number): GitObject {
    const deltas: { readonly at: number; readonly delta: Buffer }[] = [];
    let bytes = 0;
    let at = offset;
    let object = bases.get(at);
    while (object === undefined) {
      const entry = entryAt(pack, at, width);
      const content = inflateAt(pack, entry, work);
      if (entry.type !== undefined) {
        object = bases.keep(at, { type: entry.type, body: content });
        break;
      }
      bytes += content.length;
      if (deltas.push({ at, delta: content }) > MAX_DELTAS || bytes > MAX_DELTA_BYTES) {
        throw new Error('a chain of deltas is too long');
      }
      at = baseOf(entry.base);
      object = bases.get(at);
    }
    for (const { at: place, delta } of deltas.reverse()) {
      object = bases.keep(place, { type: object.type, body: applyDelta(object.body, delta, work) });
    }
    return object;
  }

  /** A pack on disk holds the base of each of its deltas. */
  function baseOf(base: number | string): number {
    const place = typeof base === 'number' ? base : index.offsetOf(base);
    if (place === undefined) throw new Error(`the base ${base} of a delta is missing`);
    return place;
  }

  return {
    read(id) {
      const offset = index.offsetOf(id);
      return offset === undefined ? undefined : objectAt(offset, id.length / 2);
    },
    sizeOf(id) {
      const offset = index.offsetOf(id);
      return offset === undefined ? undefined : sizeAt(pack, entryAt(pack, offset, id.length / 2), work);
    },
    startingWith: (digits, width, most) => index.startingWith(digits, width, most),
    close() {
      indexFile.close();
      pack.close();
    },
  };
}

interface EntryHead {
  /** Offset of the compressed content. */
  readonly content: number;
  /** Size of the content after decompression, in bytes: of the object, or of the delta. */
  readonly size: number;
}

type Entry =
  | (EntryHead & { readonly type: ObjectType; readonly base?: undefined })
  | (EntryHead & { readonly type?: undefined; readonly base: number | string });

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
  if (size > MAX_OBJECT_BYTES) throw new Error('an object is larger than 16 MiB');
  if (kind === OFFSET_DELTA) {
    byte = next();
    let back = byte & 127;
    while (byte >= 128) {
      byte = next();
      back = (back + 1) * 128 + (byte & 127);
    }
    if (back <= 0 || back > at) throw new Error('a delta has its base outside of the pack');
    return { base: at - back, content: at + position, size };
  }
  if (kind === REFERENCE_DELTA) {
    const base = head.toString('hex', position, position + width);
    return { base, content: at + position + width, size };
  }
  const type = TYPES[kind];
  if (type === undefined) throw new Error('an object is of an unknown type');
  return { type, content: at + position, size };
}

/** Upper bound of the compressed length, which the pack does not store: the overhead of deflate for incompressible data. */
function inflateAt(pack: OpenFile, { content, size }: EntryHead, work: Work): Buffer {
  const compressed = pack.read(content, size + 64 + Math.ceil(size / 1000) * 2);
  work.spend(size + compressed.length);
  const body = inflateSync(compressed, { maxOutputLength: Math.max(size, 1) });
  if (body.length !== size) throw new Error('an object is damaged');
  return body;
}

/** A delta begins with the size of its result. */
function sizeAt(pack: OpenFile, entry: Entry, work: Work): number {
  if (entry.type !== undefined) return entry.size;
  return deltaHead(inflateStart(pack.read(entry.content, 256), work)).size;
}

/** The first bytes of compressed content whose end is missing. */
export function inflateStart(compressed: Buffer, work: Work): Buffer {
  const start = inflateSync(compressed, {
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: MAX_OBJECT_BYTES,
  });
  work.spend(start.length);
  return start;
}
