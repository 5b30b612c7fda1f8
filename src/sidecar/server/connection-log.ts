import type { ConnectionObserver, EndCause } from '../socket/connections.ts';
import type { Log } from '../telemetry/logging.ts';

/** Milliseconds between two warnings with the same cause. */
const WARNING_INTERVAL = 60_000;

/** Causes that an operator should know, with the warning. */
const WARNINGS: Partial<Record<EndCause, string>> = {
  full: 'too many connections, the one that was silent for the longest time is closed for each new one',
  flood: 'a connection was ended for a flood',
  unread: 'a connection was ended whose peer did not read its answers',
};

/** Logs the connections of a listener at level debug, and warns of causes that an operator should know. */
export function connectionLog(
  log: Log,
  listener: 'listen' | 'admin' | 'probe',
  now: () => number = () => performance.now(),
): ConnectionObserver {
  const warned = new Map<EndCause, number>();
  return {
    opened: (peer, count) => log.debug?.('connection opened', { listener, peer, count }),
    closed: (peer, duration) =>
      log.debug?.('connection closed', { listener, peer, duration_ms: Math.round(duration) }),
    ended(peer, cause, detail) {
      log.debug?.('connection ended by this side', { listener, peer, cause, detail });
      const warning = WARNINGS[cause];
      if (warning === undefined) return;
      if (now() - (warned.get(cause) ?? Number.NEGATIVE_INFINITY) < WARNING_INTERVAL) return;
      warned.set(cause, now());
      log.warn(warning, cause === 'full' ? { listener } : { listener, peer, detail });
    },
  };
}
