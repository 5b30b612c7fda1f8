import type { Decision } from '../../engine/decision/decide.ts';
import type { Reason } from '../../engine/decision/reasons.ts';
import { ownText } from '../../engine/request/own-text.ts';
import { type Compared, DIVERGENCES, type Divergence } from './divergence.ts';

/** Results of a request that was to be judged by the candidate, with their meaning. */
export const CANDIDATE_RESULTS = {
  agrees: 'same reason and policy',
  ...DIVERGENCES,
  failed: 'the evaluation by the candidate failed',
  dropped: 'the request could not be judged in time',
} as const;

export type CandidateResult = keyof typeof CANDIDATE_RESULTS;

/** The parts of a decision by which a cause is told. */
interface Side {
  readonly reason: Reason;
  readonly policy: string;
  readonly rule: string;
}

/** Requests that differ in the same way, with the first of them. */
export interface Cause {
  readonly kind: Divergence;
  readonly live: Side;
  readonly candidate: Side;
  count: number;
  readonly example: {
    readonly decision_id: string;
    /** RFC 3339. */
    readonly time: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly principal: string;
  };
}

/** Most causes that are kept; differences of others are counted in the totals alone. */
const MOST_CAUSES = 100;
/** UTF-16 units of a text of the caller in an example. */
const MOST_TEXT = 256;

/** Counts about one revision of the live policies and one of the candidate. */
export class Comparison {
  /** Revisions as answers name them. */
  readonly live: string;
  readonly candidate: string;
  /** Begin of the counts, milliseconds since 1970. */
  readonly since: number;
  readonly #counts: Record<CandidateResult, number> = zeros();
  readonly #causes = new Map<string, Cause>();
  #uncaused = 0;

  constructor(live: string, candidate: string, since: number) {
    this.live = live;
    this.candidate = candidate;
    this.since = since;
  }

  get counts(): Readonly<Record<CandidateResult, number>> {
    return this.#counts;
  }

  /** The causes, those of most requests first. */
  get causes(): readonly Cause[] {
    return [...this.#causes.values()].toSorted((a, b) => b.count - a.count);
  }

  /** Differences whose cause is not kept. */
  get uncaused(): number {
    return this.#uncaused;
  }

  count(result: CandidateResult): void {
    this.#counts[result] += 1;
  }

  /** Counts a difference; true for the first of its kind. */
  countDivergence(kind: Divergence, decision: Decision, other: Compared): boolean {
    this.count(kind);
    const [live, candidate] = [sideOf(decision), sideOf(other)];
    const key = JSON.stringify([kind, live, candidate]);
    const known = this.#causes.get(key);
    if (known !== undefined) known.count += 1;
    else if (this.#causes.size >= MOST_CAUSES) this.#uncaused += 1;
    else this.#causes.set(key, { kind, live, candidate, count: 1, example: exampleOf(decision) });
    return this.#counts[kind] === 1;
  }
}

function zeros(): Record<CandidateResult, number> {
  return { agrees: 0, newly_allowed: 0, newly_denied: 0, other_reason: 0, failed: 0, dropped: 0 };
}

function sideOf({ reason, policy, rule }: Compared): Side {
  return { reason, policy, rule };
}

/** Without the query string, which a decision does not have. */
function exampleOf({ id, time, request, source, caller }: Decision): Cause['example'] {
  return {
    decision_id: id,
    time: new Date(time).toISOString(),
    method: shortText(request.method),
    host: shortText(request.host),
    path: shortText(request.path),
    principal: shortText(caller?.principal ?? source.principal),
  };
}

function shortText(text: string): string {
  return ownText(text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1).toWellFormed()}…`);
}
