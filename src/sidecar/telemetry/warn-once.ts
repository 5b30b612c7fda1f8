import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Log } from './logging.ts';

/**
 * Logs the first failure of the SDK only, since an unreachable collector would fill the log. The message of the SDK is
 * not logged, since it can contain headers. Returns a function that logs the same warning.
 */
export function warnOnce(log: Log): () => void {
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
  return warn;
}
