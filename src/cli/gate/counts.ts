import { CANDIDATE_RESULTS, type CandidateResult } from '../../sidecar/candidate/comparison.ts';

/** Numbers of decisions by the result of the candidate. */
export type Counts = Readonly<Record<CandidateResult, number>>;

const RESULTS = Object.keys(CANDIDATE_RESULTS) as readonly CandidateResult[];

/** Counts by a function of the result. */
export function countsBy(count: (result: CandidateResult) => number): Counts {
  return Object.fromEntries(RESULTS.map((result) => [result, count(result)])) as Record<
    CandidateResult,
    number
  >;
}

export const NO_COUNTS = countsBy(() => 0);

export function sumOf(all: readonly Counts[]): Counts {
  return countsBy((result) => all.reduce((sum, counts) => sum + counts[result], 0));
}

/** Counts since earlier ones; undefined if one went down, as after a restart. */
export function since(later: Counts, earlier: Counts): Counts | undefined {
  if (RESULTS.some((result) => later[result] < earlier[result])) return undefined;
  return countsBy((result) => later[result] - earlier[result]);
}

/** Decisions with a verdict; one whose evaluation failed would be denied. */
export function judged({ agrees, newly_allowed, newly_denied, other_reason, failed }: Counts): number {
  return agrees + newly_allowed + newly_denied + other_reason + failed;
}
