import { diagnosticsJson } from '../../diagnostic/json.ts';
import type { Revision } from '../../engine/set/revision.ts';
import type { LivePolicies } from '../loading/live-policies.ts';

/** A policy set in use. Times are RFC 3339. */
export interface ActiveStatus {
  readonly revision: Revision;
  readonly loaded_at: string;
  readonly policies: number;
  readonly rules: number;
}

/** The last attempt to load a policy folder. */
export interface ReloadStatus {
  readonly at: string;
  readonly result: 'success' | 'failure';
  readonly errors: number;
  readonly warnings: number;
  readonly diagnostics: ReturnType<typeof diagnosticsJson>['diagnostics'];
  /** Notes about the search for the revision. */
  readonly notes: readonly string[];
}

/** The policy set that a holder has; null before the first. */
export function activeOf(store: LivePolicies): ActiveStatus | null {
  const set = store.current();
  if (set === undefined) return null;
  return {
    revision: set.revision,
    loaded_at: timeText(store.loadedAt ?? 0),
    policies: set.policies.length,
    rules: set.policies.reduce(
      (sum, { allowRules, denyRules, shadowRules }) =>
        sum + allowRules.length + denyRules.length + shadowRules.length,
      0,
    ),
  };
}

/** Null before the end of the first attempt. */
export function lastReloadOf({ lastReload: last }: LivePolicies): ReloadStatus | null {
  if (last === undefined) return null;
  return {
    at: timeText(last.at),
    // `unchanged` means that the folder equals the live set, which is a success.
    result: last.result === 'failure' ? 'failure' : 'success',
    ...diagnosticsJson(last.diagnostics),
    notes: last.notes,
  };
}

/** RFC 3339 of milliseconds since 1970. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
