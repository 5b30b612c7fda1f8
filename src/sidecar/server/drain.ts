import { setTimeout as pause } from 'node:timers/promises';
import type { Configuration } from './configuration.ts';
import type { Listeners } from './listen.ts';
import type { Parts } from './wiring.ts';

/** Longest time for the last records and spans to be written, in milliseconds. */
const FLUSH_TIMEOUT = 3000;

/**
 * Ends a sidecar without losing a check or a record. For `drainDelay` it is not ready and decides as before, so that
 * callers and load balancers can leave; then it takes no new checks, lets those in flight finish, and writes the
 * records and spans that are left. All of that ends within `drainTimeout`, also if a reader of records, an exporter or
 * a caller hangs. The admin and the probe listener answer until the
 * end.
 */
export async function drain(
  parts: Parts,
  listeners: Listeners,
  { drainDelay, drainTimeout }: Pick<Configuration, 'drainDelay' | 'drainTimeout'>,
): Promise<void> {
  const { log, health, pages } = parts;
  const wasReady = pages.notReady() === undefined;
  health.shutDown();
  // Nobody was sent to a sidecar that was never ready.
  const delay = wasReady ? drainDelay : 0;
  log.info('draining', { delay_ms: delay, timeout_ms: drainTimeout });
  await pause(delay);
  const ended = await within(endOf(parts, listeners, drainTimeout), drainTimeout);
  if (ended) log.info('stopped');
  else log.warn('the drain did not end in time, the rest is given up', { timeout_ms: drainTimeout });
}

async function endOf(parts: Parts, { grpc, admin, probe }: Listeners, timeout: number): Promise<void> {
  const { log, check } = parts;
  log.info('closing the listener', { inflight: check.inflight() });
  // A quarter of a short timeout is left for the records.
  const flushTimeout = Math.min(FLUSH_TIMEOUT, timeout / 4);
  await grpc.drain(timeout - flushTimeout);
  await release(parts, flushTimeout);
  await Promise.all([admin.close(), probe?.close()]);
}

/** Ends the parts of a sidecar whose listeners are closed or were never open. */
export async function release(parts: Parts, flushTimeout: number): Promise<void> {
  const { loader, candidate, keys, check, recorder, traces, metricExport, sharedLimits } = parts;
  loader.close();
  candidate?.close();
  keys.close();
  if (sharedLimits !== undefined) await within(sharedLimits.close(), flushTimeout / 4);
  // A decision whose shadow policies wait for keys has no record yet, and loses it.
  await within(check.settled(), flushTimeout / 2);
  const rest = flushTimeout / 2;
  await Promise.all([recorder.close(rest), traces.close(rest), metricExport.close(rest)]);
}

/** True if `work` ends, false after `timeout` milliseconds. */
async function within(work: Promise<void>, timeout: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, timeout, false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
