/** Number of different hashes. */
const HASHES = 2 ** 32;

/**
 * True for a share of all ids, from 0 to 1. The same id gives the same answer in every process and at every time, and an
 * id of a smaller share is in each larger one.
 */
export function isSampled(id: string, share: number): boolean {
  return share >= 1 || hashOf(id) / HASHES < share;
}

/** FNV-1a with 32 bits, and the final mixing of MurmurHash3, by which short texts differ in the high bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
