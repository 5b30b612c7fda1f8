import type { KeyRing } from '../../engine/identity/key-ring.ts';
import { revisionText } from '../../engine/set/revision.ts';
import type { PolicyStoreOptions, Reload } from '../../policy/source/store.ts';
import type { Health } from '../rpc/health.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface ReloadObserverOptions {
  readonly keys: KeyRing;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Diagnostics of a reload that the process log shows; all of them stand in `/v1/status`. */
const LOGGED = 10;

/** What the server does when a policy set goes live or a folder turns out to be broken. */
export function reloadObserver({
  keys,
  health,
  metrics,
  log,
}: ReloadObserverOptions): Required<Pick<PolicyStoreOptions, 'onSwap' | 'onFailure' | 'onRecovery'>> {
  let live = false;
  return {
    onSwap(set) {
      live = true;
      // In the same turn as the swap: no check sees the one without the other.
      keys.use(set.issuers.values());
      health.setServing(true);
      metrics.reloaded('success');
      metrics.live(set.revision, set.revisionText, Date.now());
      log.info('policies are live', { revision: revisionText(set.revision), policies: set.policies.length });
    },
    onFailure(reload) {
      metrics.reloaded('failure');
      const state = live ? 'what was live stays live' : 'nothing is live yet, every request is denied';
      log.error(`policies could not be taken; ${state}`, described(reload));
    },
    onRecovery(reload) {
      metrics.reloaded('success');
      log.info('the policy folder holds again what is live', described(reload));
    },
  };
}

function described({ diagnostics }: Reload): Record<string, unknown> {
  const shown = diagnostics.slice(0, LOGGED).map(({ span, message, help }) => {
    const told = help === undefined ? message : `${message} (${help})`;
    // A mistake of the folder as a whole has no place in a file.
    return span.file === '' ? told : `${span.file}:${span.start.line}:${span.start.column}: ${told}`;
  });
  return { diagnostics: shown, more: Math.max(0, diagnostics.length - LOGGED) };
}
