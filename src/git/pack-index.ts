import type { OpenFile } from './git-file.ts';

const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;

/** Index of a pack (version 2): where each object of the pack begins. */
export interface PackIndex {
  /** Offset of an object; undefined if the pack does not have it. */
  offsetOf(id: string): number | undefined;
  /** IDs that start with these hex digits, at least two, in order and at most `most`. */
  startingWith(digits: string, width: number, most: number): readonly string[];
}

/**
 * Reads the head of an index. Each step of a search then reads one ID: an index may be larger than memory, or claim to
 * be. https://git-scm.com/docs/gitformat-pack
 */
export function readPackIndex(index: OpenFile): PackIndex {
  const head = index.read(0, NAMES);
  if (head.readUInt32BE(0) !== 0xff744f63 || head.readUInt32BE(4) !== 2) {
    throw new Error('a pack index is not of version 2');
  }
  const upTo = (first: number): number => (first < 0 ? 0 : head.readUInt32BE(FANOUT + first * 4));
  const total = upTo(255);

  /** Position of the first ID from `wanted` on, among those with the same first byte. */
  function firstFrom(wanted: Buffer, width: number): number {
    const first = wanted[0] ?? 0;
    let low = upTo(first - 1);
    let high = Math.min(total, upTo(first));
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (wanted.compare(index.read(NAMES + middle * width, width)) <= 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    startingWith(digits, width, most) {
      const found: string[] = [];
      const from = firstFrom(Buffer.from(digits.padEnd(width * 2, '0'), 'hex'), width);
      for (let at = from; at < total && found.length < most; at += 1) {
        const id = index.read(NAMES + at * width, width).toString('hex');
        if (!id.startsWith(digits)) break;
        found.push(id);
      }
      return found;
    },
    offsetOf(id) {
      const wanted = Buffer.from(id, 'hex');
      const width = wanted.length;
      const at = firstFrom(wanted, width);
      const isThere = at < total && wanted.equals(index.read(NAMES + at * width, width));
      return isThere ? placeOf(index, at, total, width) : undefined;
    },
  };
}

/** After the names the index has 4 bytes of CRC per object, 4 bytes of offset per object, and 8 bytes per large offset. */
function placeOf(index: OpenFile, position: number, total: number, width: number): number {
  const offsets = NAMES + total * (width + 4);
  const near = index.read(offsets + position * 4, 4).readUInt32BE(0);
  if (near < 0x80000000) return near;
  const far = offsets + total * 4 + (near - 0x80000000) * 8;
  return Number(index.read(far, 8).readBigUInt64BE(0));
}
