import { showDiagnostics } from '../../diagnostic/collect.ts';
import type { KeyRing } from '../../engine/identity/key-ring.ts';
import type { PolicyStoreOptions, Reload } from '../../policy/source/store.ts';
import type { Health } from '../rpc/health.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ReloadAttempt } from '../telemetry/reload-attempt.ts';
import type { Recorder } from './recorder.ts';

export interface ReloadObserverOptions {
  readonly keys: KeyRing;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly recorder: Pick<Recorder, 'live'>;
}

/** Most diagnostics of a reload in the process log; `/v1/status` has more. */
const LOGGED = 10;

/** Reports each policy set that goes live, and each folder that is rejected, to keys, health, metrics and log. */
export function reloadObserver({
  keys,
  health,
  metrics,
  log,
  recorder,
}: ReloadObserverOptions): Required<Pick<PolicyStoreOptions, 'onSwap' | 'onFailure' | 'onRecovery'>> {
  let live = false;
  return {
    onSwap(set, _previous, reload) {
      live = true;
      // In the same turn of the event loop as the swap, so that no check sees a set without its keys.
      keys.use(set.issuers.values());
      health.setServing(true);
      metrics.reloaded(attemptOf('success', reload));
      metrics.live(set, reload.at);
      recorder.live(set.revision);
      const { notes } = reload;
      const described = { revision: set.revisionText, policies: set.policies.length };
      log.info('policies are live', notes.length === 0 ? described : { ...described, notes });
    },
    onFailure(reload) {
      metrics.reloaded(attemptOf('failure', reload));
      const state = live ? 'the last valid set stays live' : 'no set is live yet, every request is denied';
      log.error(`policies were rejected; ${state}`, described(reload));
    },
    onRecovery(reload) {
      metrics.reloaded(attemptOf('success', reload));
      log.info('the policy folder is valid again and equals the live set', described(reload));
    },
  };
}

function attemptOf(result: ReloadAttempt['result'], { at, duration, revision }: Reload): ReloadAttempt {
  return { result, at, duration, revision };
}

/** A reload for the log: its first diagnostics, and its notes. */
export function described(reload: Reload): Record<string, unknown> {
  const { diagnostics, more } = showDiagnostics(reload.diagnostics, LOGGED);
  const shown = diagnostics.map(({ span, message, help }) => {
    const text = help === undefined ? message : `${message} (${help})`;
    // A mistake of the folder as a whole has no position in a file.
    return span.file === '' ? text : `${span.file}:${span.start.line}:${span.start.column}: ${text}`;
  });
  return { diagnostics: shown, more, notes: reload.notes };
}
