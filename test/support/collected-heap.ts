import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes in use on the heap after a collection of what nobody holds. */
export function collectedHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  setFlagsFromString('--no-expose-gc');
  return process.memoryUsage().heapUsed;
}
