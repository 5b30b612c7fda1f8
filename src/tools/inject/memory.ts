/** Bounds of the two processes of a sidecar that fit the memory of its container, in MiB. */
export interface MemoryShares {
  /** Old generation of the heap of the process that serves. */
  readonly heap: number;
  /** Resident memory of the process that loads policies, the pages of the program included. */
  readonly load: number;
}

/** Least memory of a container, in MiB: `--load-memory` is at least 128. */
export const LEAST_MEMORY = 128;

/** Memory of the process that serves beside its old generation: code, stacks, buffers and the young generation. */
const BESIDE_HEAP = 25;

/**
 * Shares of a container with `memory` MiB. A quarter is the heap of the process that serves, and what is left is for
 * the process that loads. Both have the 50 MiB of the program `node` in their resident memory, which counts once.
 */
export function memoryShares(memory: number): MemoryShares {
  const heap = memory < 192 ? 32 : Math.floor(memory / 64) * 16;
  const left = Math.floor((memory - heap - BESIDE_HEAP) / 32) * 32;
  return { heap, load: Math.max(LEAST_MEMORY, left) };
}
