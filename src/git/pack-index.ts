import type { OpenFile } from './git-file.ts';

const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;

/** Index of a pack (version 2): where each object of the pack begins. */
export interface PackIndex {
  /** Offset of an object; undefined if the pack does not have it. */
  offsetOf(id: string): number | undefined;
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
  return {
    offsetOf(id) {
      const wanted = Buffer.from(id, 'hex');
      const width = wanted.length;
      const first = wanted[0] ?? 0;
      let low = upTo(first - 1);
      let high = Math.min(total, upTo(first));
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const order = wanted.compare(index.read(NAMES + middle * width, width));
        if (order === 0) return placeOf(index, middle, total, width);
        if (order < 0) high = middle;
        else low = middle + 1;
      }
      return undefined;
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
