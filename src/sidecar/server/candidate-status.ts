import type { CandidateResult, Cause, Comparison } from '../candidate/comparison.ts';
import type { LivePolicies } from '../loading/live-policies.ts';
import { type ActiveStatus, activeOf, lastReloadOf, type ReloadStatus, timeText } from './policies-status.ts';

/** The candidate in `/v1/status`. */
export interface CandidateStatus {
  /** The candidate that is judged; null before the first that is valid. */
  readonly active: ActiveStatus | null;
  /** Null before the end of the first attempt. */
  readonly last_reload: ReloadStatus | null;
  /** Share of the decisions that are judged. */
  readonly share: number;
  /** Counts about the two revisions; null until there are both. */
  readonly comparison: {
    /** Revision of the live policies, and of the candidate, as answers name them. */
    readonly live: string;
    readonly candidate: string;
    /** Begin of the counts: a start, or another revision. RFC 3339. */
    readonly since: string;
    readonly counts: Readonly<Record<CandidateResult, number>>;
  } | null;
}

/** Content of `/v1/candidate`. */
export interface CandidatePage extends CandidateStatus {
  /** Requests that differ in the same way, at most 100, those with most requests first. */
  readonly causes: readonly Cause[];
  /** Differences with other causes. */
  readonly other_causes: number;
}

export function candidateStatus(
  store: LivePolicies,
  share: number,
  comparison: Comparison | undefined,
): CandidateStatus {
  return {
    active: activeOf(store),
    last_reload: lastReloadOf(store),
    share,
    comparison:
      comparison === undefined
        ? null
        : {
            live: comparison.live,
            candidate: comparison.candidate,
            since: timeText(comparison.since),
            counts: comparison.counts,
          },
  };
}

export function candidatePage(status: CandidateStatus, comparison: Comparison | undefined): CandidatePage {
  return { ...status, causes: comparison?.causes ?? [], other_causes: comparison?.uncaused ?? 0 };
}
