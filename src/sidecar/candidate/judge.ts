import type { Decision, PendingDecision } from '../../engine/decision/decide.ts';
import type { Awaitable } from '../../engine/decision/first-of.ts';
import type { CandidateVerdict } from '../../engine/decision/outcome.ts';
import type { Attributes } from '../../engine/request/attributes.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { type CandidateResult, Comparison } from './comparison.ts';
import { type Compared, type Divergence, divergenceOf, isComparable } from './divergence.ts';
import type { IdleQueue } from './idle-queue.ts';
import { isSampled } from './sample.ts';

export interface CandidateJudgeOptions {
  /** Share of the decisions that are judged, above 0. */
  readonly share: number;
  readonly queue: IdleQueue;
  /** The live policy set, and that of the candidate. */
  readonly live: () => PolicySet | undefined;
  readonly candidate: () => PolicySet | undefined;
  /** Decides a request by the candidate, as of a time in milliseconds since 1970. */
  readonly decide: (attributes: Attributes, set: PolicySet, time: number) => Awaitable<PendingDecision>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onResult: (result: CandidateResult) => void;
  readonly onDivergence: (found: FoundDivergence) => void;
}

export interface FoundDivergence {
  readonly kind: Divergence;
  readonly decision: Decision;
  readonly verdict: CandidateVerdict;
  /** True for the first of its kind, by these revisions. */
  readonly isFirst: boolean;
}

/** Most evaluations that wait at once, such as for the signature of a token. */
const MOST_WAITING = 64;

/** Judges decisions by the candidate after they are answered, and counts the differences. */
export class CandidateJudge {
  readonly #options: CandidateJudgeOptions;
  #comparison: Comparison | undefined;
  #waiting = 0;

  constructor(options: CandidateJudgeOptions) {
    this.#options = options;
  }

  /** Counts about the present revisions; undefined until there is a candidate. */
  get comparison(): Comparison | undefined {
    const { live, candidate, clock } = this.#options;
    const [from, to] = [live()?.revisionText, candidate()?.revisionText];
    if (from === undefined || to === undefined) return undefined;
    if (this.#comparison?.live !== from || this.#comparison.candidate !== to)
      this.#comparison = new Comparison(from, to, clock());
    return this.#comparison;
  }

  /** The decision with its deferred work, to which the verdict of the candidate is added. */
  beside(pending: PendingDecision, attributes: Attributes): PendingDecision {
    const { share, queue, candidate } = this.#options;
    queue.noteCheck();
    const { decision, deferred } = pending;
    const set = candidate();
    if (set === undefined || !isComparable(decision) || !isSampled(decision.id, share)) return pending;
    if (set.revision.digest === decision.revision?.digest) {
      this.#count('agrees');
      return pending;
    }
    return {
      decision,
      deferred: async () => this.#completed(await (deferred?.() ?? decision), attributes),
    };
  }

  async #completed(decision: Decision, attributes: Attributes): Promise<Decision> {
    const candidate = await this.#verdict(decision, attributes);
    return candidate === undefined ? decision : { ...decision, candidate };
  }

  /** The verdict of the candidate; undefined if it does not differ or there is none. */
  #verdict(decision: Decision, attributes: Attributes): Promise<CandidateVerdict | undefined> {
    return new Promise((resolve) => {
      this.#options.queue.push({
        run: () => resolve(this.#judge(decision, attributes)),
        drop: () => resolve(this.#count('dropped')),
      });
    });
  }

  #judge(decision: Decision, attributes: Attributes): Awaitable<CandidateVerdict | undefined> {
    const { live, candidate, decide } = this.#options;
    const set = candidate();
    // A decision by earlier policies is about another change.
    const isLive = live()?.revision === decision.revision;
    if (set === undefined || !isLive || this.#waiting >= MOST_WAITING) return this.#count('dropped');
    try {
      const decided = decide(attributes, set, decision.time);
      if (!(decided instanceof Promise)) return this.#compared(decision, decided.decision, set);
      return this.#whenDecided(decided, decision, set);
    } catch {
      return this.#count('failed');
    }
  }

  async #whenDecided(
    decided: Promise<PendingDecision>,
    decision: Decision,
    set: PolicySet,
  ): Promise<CandidateVerdict | undefined> {
    this.#waiting += 1;
    try {
      return this.#compared(decision, (await decided).decision, set);
    } catch {
      return this.#count('failed');
    } finally {
      this.#waiting -= 1;
    }
  }

  #compared(decision: Decision, other: Compared, set: PolicySet): CandidateVerdict | undefined {
    const kind = divergenceOf(decision, other);
    if (kind === undefined) return this.#count('agrees');
    const { reason, policy, rule } = other;
    const allows = reason === 'allowed';
    const { commit } = set.revision;
    const verdict = { commit, decision: allows ? 'allow' : 'deny', reason, policy, rule } as const;
    const isFirst = this.comparison?.countDivergence(kind, decision, other) === true;
    this.#options.onResult(kind);
    this.#options.onDivergence({ kind, decision, verdict, isFirst });
    return verdict;
  }

  #count(result: CandidateResult): undefined {
    this.comparison?.count(result);
    this.#options.onResult(result);
  }
}
