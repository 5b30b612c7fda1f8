import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Log } from './logging.ts';

/**
 * Lets the SDK speak up once: a collector that is away would otherwise fill the log. What it says is not passed on,
 * since it may hold headers. Returns the same warning for whoever notices a failure first.
 */
export function warnOnce(log: Log): () => void {
  let said = false;
  const say = () => {
    if (said) return;
    said = true;
    log.warn('telemetry cannot be sent, decisions are not affected; further failures are not logged');
  };
  const quiet = () => {};
  diag.setLogger(
    { error: say, warn: say, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return say;
}
