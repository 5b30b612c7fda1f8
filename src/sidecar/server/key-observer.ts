import type { IssuerStatus } from '../../engine/identity/key-ring.ts';
import type { RefreshResult } from '../../engine/identity/remote-keys.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/**
 * Counts each fetch of the keys of an issuer, and logs the first failure, the recovery, and keys that are not used. Until then, every token of
 * the issuer is denied as soon as the keys of the last fetch are too old.
 */
export function keyObserver(
  metrics: () => Pick<Metrics, 'jwksRefreshed'>,
  log: Log,
  statusOf: () => readonly IssuerStatus[],
): (issuer: string, result: RefreshResult) => void {
  const failing = new Set<string>();
  const told = new Map<string, string>();
  /** Once for each change: the set is fetched again and again. */
  const tellIgnored = (issuer: string): void => {
    const { ignored = [] } = statusOf().find(({ name }) => name === issuer) ?? {};
    const text = ignored.join(', ');
    if (text === (told.get(issuer) ?? '')) return;
    told.set(issuer, text);
    if (text !== '') log.warn('keys of an issuer are not used', { issuer, ignored: text });
  };
  return (issuer, result) => {
    metrics().jwksRefreshed(issuer, result);
    log.debug?.('keys of an issuer were fetched', { issuer, result });
    if (result === 'failure' && !failing.has(issuer)) {
      failing.add(issuer);
      const { error = null, keys = 0 } = statusOf().find(({ name }) => name === issuer) ?? {};
      log.warn('the keys of an issuer cannot be fetched, retrying', { issuer, error, keys });
    } else if (result === 'success' && failing.delete(issuer)) {
      log.info('the keys of an issuer can be fetched again', { issuer });
    }
    if (result === 'success') tellIgnored(issuer);
  };
}
