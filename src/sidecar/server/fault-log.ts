import type { Decision } from '../../engine/decision/decide.ts';
import type { Log } from '../telemetry/logging.ts';

/** Shortest time between two entries about one reason, policy and rule, milliseconds. */
const PERIOD = 60_000;
/** Most combinations that are remembered; the one that was logged first is forgotten. */
const MAX_REMEMBERED = 1000;

/**
 * Logs decisions that failed. A caller can make an expression fail with every request, so each reason, policy and rule
 * is logged at most once a minute, with the number of failures in between. A fault of Lictor itself is logged with its
 * stack; the failure of an expression needs none, since policy and rule locate it.
 */
export function createFaultLog(log: Log, clock: () => number): (decision: Decision) => void {
  const logged = new Map<string, { readonly at: number; more: number }>();
  return ({ id, reason, policy, rule, fault }) => {
    if (fault === undefined) return;
    const key = `${reason}\n${policy}\n${rule}`;
    const last = logged.get(key);
    const now = clock();
    if (last !== undefined && now - last.at < PERIOD) {
      last.more++;
      return;
    }
    logged.delete(key);
    logged.set(key, { at: now, more: 0 });
    const [oldest] = logged.keys();
    if (logged.size > MAX_REMEMBERED && oldest !== undefined) logged.delete(oldest);
    const fields = { decision_id: id, reason, policy, rule, more: last?.more ?? 0 };
    if (reason === 'policy_error')
      log.warn('an expression of a policy failed', { ...fields, error: fault.message });
    else log.error('a decision failed', { ...fields, error: fault });
  };
}
