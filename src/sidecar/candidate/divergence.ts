import type { Decision } from '../../engine/decision/decide.ts';
import type { DenialReason } from '../../engine/decision/reasons.ts';

/** Differences between the decision that was answered and that of the candidate, with the title of each in the log. */
export const DIVERGENCES = {
  newly_allowed: 'the candidate allows a request that was denied',
  newly_denied: 'the candidate denies a request that was allowed',
  other_reason: 'the candidate decides as the live policies, for another reason or by another policy',
} as const;

export type Divergence = keyof typeof DIVERGENCES;

/** The parts of a decision that are compared. */
export type Compared = Pick<Decision, 'reason' | 'policy' | 'rule'>;

/**
 * Kind of the difference between two decisions; undefined if both have the same reason and the same policy. The rule is
 * not compared, and neither are headers, metadata and bodies of answers.
 */
export function divergenceOf(live: Compared, candidate: Compared): Divergence | undefined {
  if (live.reason === candidate.reason) return live.policy === candidate.policy ? undefined : 'other_reason';
  if (candidate.reason === 'allowed') return 'newly_allowed';
  return live.reason === 'allowed' ? 'newly_denied' : 'other_reason';
}

/**
 * Reasons that do not follow from policies alone. A limit refuses by its use, which the candidate does not know: it
 * counts by itself, and only what it judges.
 */
const INCOMPARABLE: ReadonlySet<string> = new Set([
  'rate_limited',
  'limit_unavailable',
  'not_ready',
  'bad_check',
  'not_http',
  'overloaded',
  'deadline_exceeded',
  'internal_error',
] satisfies readonly DenialReason[]);

/** True if the candidate can decide the same request in the same circumstances. */
export function isComparable({ reason }: Compared): boolean {
  return !INCOMPARABLE.has(reason);
}
