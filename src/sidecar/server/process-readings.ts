import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import type { ProcessReadings } from '../telemetry/metrics-options.ts';

/** Reads what this process has used, by `getrusage`, the event loop and, on Linux, `/proc`. */
export function processReadings(): ProcessReadings {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return {
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    residentMemory: process.memoryUsage.rss(),
    startTime: performance.timeOrigin / 1000,
    loop: { active: active / 1000, idle: idle / 1000 },
    openFiles: openFiles(),
    maxFiles: maxFiles(),
  };
}

function openFiles(): number | undefined {
  try {
    // The folder itself is open while it is read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

let limit: number | undefined;

/** Node sets its soft limit to the hard one at its start, and never later. */
function maxFiles(): number | undefined {
  try {
    limit ??= Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
  return Number.isNaN(limit) ? undefined : limit;
}
