/**
 * True for the decisions that a share (0 to 1) of all selects. It depends on the id alone, so that each process which
 * sees the decision agrees, and a larger share selects those of a smaller one too.
 */
export function isSampled(id: string, share: number): boolean {
  return share >= 1 || (share > 0 && placeOf(id) < share);
}

/** FNV-1a of 32 bits, with the mixer of MurmurHash3 after it, as ids differ in few characters; from 0 to below 1. */
function placeOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
