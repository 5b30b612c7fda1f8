import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Log } from './logging.ts';

/** Functions that warn, of the logs that have one. */
const WARNERS = new WeakMap<Log, () => void>();

/**
 * Logs the first failure of the SDK only, whatever the signal, since an unreachable collector would fill the log. The
 * message of the SDK is not logged, since it can contain headers. Returns a function that logs the same warning.
 */
export function warnOnce(log: Log): () => void {
  const known = WARNERS.get(log);
  if (known !== undefined) return known;
  let warned = false;
  const warn = () => {
    if (warned) return;
    warned = true;
    log.warn('telemetry cannot be sent, decisions are not affected; further failures are not logged');
  };
  const quiet = () => {};
  diag.setLogger(
    { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  WARNERS.set(log, warn);
  return warn;
}
