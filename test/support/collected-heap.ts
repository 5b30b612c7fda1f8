import { collectGarbage } from '../../src/node/heap.ts';

/** Bytes in use on the heap after a collection. */
export function collectedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
