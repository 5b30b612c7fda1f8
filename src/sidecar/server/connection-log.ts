import type { ConnectionObserver } from '../socket/connections.ts';
import type { Log } from '../telemetry/logging.ts';

/** Milliseconds between two warnings about connections that were closed to make room. */
const WARNING_INTERVAL = 60_000;

/** Logs the connections of a listener at level debug, and warns when there are too many. */
export function connectionLog(
  log: Log,
  listener: 'listen' | 'admin' | 'probe',
  now: () => number = () => performance.now(),
): ConnectionObserver {
  let warned = Number.NEGATIVE_INFINITY;
  return {
    opened: (peer, count) => log.debug?.('connection opened', { listener, peer, count }),
    closed: (peer, duration) =>
      log.debug?.('connection closed', { listener, peer, duration_ms: Math.round(duration) }),
    ended(peer, cause, detail) {
      log.debug?.('connection ended by this side', { listener, peer, cause, detail });
      if (cause !== 'full' || now() - warned < WARNING_INTERVAL) return;
      warned = now();
      log.warn(
        'too many connections, the one that was silent for the longest time is closed for each new one',
        {
          listener,
        },
      );
    },
  };
}
