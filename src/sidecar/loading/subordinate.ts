import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Niceness of the loading process: a tenth of the time of a processor that an answer wants too. */
const NICENESS = 10;
/** Time between two looks at the parent, in milliseconds. */
const LOOK = 500;

/**
 * Answers come first where both processes share a processor. On Linux, each thread has a niceness of its own, and those
 * that collect garbage run already.
 */
export function yieldProcessor(): void {
  for (const thread of threads()) {
    try {
      setPriority(thread, NICENESS);
    } catch {
      // The thread has ended.
    }
  }
}

function threads(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [process.pid];
  }
}

/**
 * Ends this process with its parent, whatever this thread does then: a load that hangs would otherwise go on for good,
 * without anybody who bounds it. The other thread needs no file of its own and hardly any memory.
 */
export function endWithParent(): void {
  // The parent has ended, or wants this process to.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  const guard = `
    const { workerData: { parent, look } } = require('node:worker_threads');
    setInterval(() => {
      if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    }, look);
  `;
  new Worker(guard, { eval: true, workerData: { parent: process.ppid, look: LOOK }, resourceLimits: SMALL })
    .on('error', () => {})
    .unref();
}

const SMALL = {
  maxOldGenerationSizeMb: 8,
  maxYoungGenerationSizeMb: 1,
  codeRangeSizeMb: 1,
  stackSizeMb: 1,
} as const;
