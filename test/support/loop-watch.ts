import { createServer } from 'node:net';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { LoopTimes } from './loop-times.ts';

/**
 * Preloaded into a sidecar (`--import`): measures what its event loop is kept from, and tells it at the socket
 * `LOOP_WATCH` to each one who connects, since the one before. Processor time does not depend on what else the machine does.
 */
const path = process.env['LOOP_WATCH'];
/** Milliseconds between two looks. */
const TICK = 5;

// A loading process has a channel to its parent.
if (path !== undefined && process.send === undefined) watchLoop(path);

function watchLoop(socket: string): void {
  let most = { cpu: 0, collection: 0 };
  let last = process.threadCpuUsage();
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    most.cpu = Math.max(most.cpu, (user + system) / 1000);
  }, TICK).unref();
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) most.collection = Math.max(most.collection, duration);
  }).observe({ entryTypes: ['gc'] });
  createServer((connection) => {
    const times: LoopTimes = { ...most, delay: delays.max / 1e6 };
    connection.end(JSON.stringify(times));
    delays.reset();
    most = { cpu: 0, collection: 0 };
  })
    .listen(socket)
    .unref();
}
