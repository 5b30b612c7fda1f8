import type { Listeners } from './listen.ts';
import type { Parts } from './wiring.ts';

/** Longest time for the last records and spans to be written, in milliseconds. */
const FLUSH_TIMEOUT = 3000;

/**
 * Ends a sidecar without losing a check or a record: takes no new checks, lets those in flight finish for `timeout`
 * milliseconds, writes the records and spans that are left. The admin listener answers until the end.
 */
export async function drain(parts: Parts, { grpc, admin }: Listeners, timeout: number): Promise<void> {
  const { log, health, check } = parts;
  log.info('draining', { inflight: check.inflight(), timeout_ms: timeout });
  health.setServing(false);
  await grpc.drain(timeout);
  await release(parts, FLUSH_TIMEOUT);
  await admin.close();
  log.info('stopped');
}

/** Ends the parts of a sidecar whose listeners are closed or were never open. */
export async function release(parts: Parts, flushTimeout: number): Promise<void> {
  const { watcher, keys, check, recorder, traces } = parts;
  watcher.close();
  keys.close();
  await check.settled();
  await Promise.all([recorder.close(flushTimeout), traces.close(flushTimeout)]);
}
