import type { Decision, PendingDecision } from '../decision/decide.ts';

/** The caller's trace: the W3C `traceparent` text, empty if there is none. */
interface TraceContext {
  readonly traceparent: string;
}

export type OnDecision = (decision: Decision, trace: TraceContext) => void | Promise<void>;

/** Runs `work` after the answers of the current turn of the event loop are sent: `setImmediate` in Node. */
export type Schedule = (work: () => void) => void;

interface QueuedDecision {
  readonly pending: PendingDecision;
  readonly traceparent: string;
}

/**
 * Maximum number of requests whose shadow policies are evaluated at once. An evaluation that waits for keys holds its
 * request in memory, and no answer waits for it, so that nothing else bounds their number.
 */
export const MAX_SHADOW_EVALUATIONS = 10_000;

/**
 * The work on a decision after its answer: evaluates the shadow policies and passes the decision to `onDecision`, for
 * all decisions of one turn of the event loop together. No error in here can affect an answer.
 */
export class DeferredWork {
  readonly #onDecision: OnDecision;
  readonly #schedule: Schedule;
  #queue: QueuedDecision[] = [];
  /** Number of decisions pushed and not yet completed. */
  #open = 0;
  #whenSettled: (() => void)[] = [];
  #evaluating = 0;

  constructor(onDecision: OnDecision, schedule: Schedule) {
    this.#onDecision = onDecision;
    this.#schedule = schedule;
  }

  push(pending: PendingDecision, traceparent: string): void {
    this.#open += 1;
    this.#queue.push({ pending, traceparent });
    if (this.#queue.length > 1) return;
    this.#schedule(() => {
      const batch = this.#queue;
      this.#queue = [];
      for (const queued of batch) void this.#finish(queued);
    });
  }

  /** Resolves when all decisions pushed so far are completed. */
  settled(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenSettled.push(resolve);
    });
  }

  async #finish({ pending, traceparent }: QueuedDecision): Promise<void> {
    const decision = await this.#withShadows(pending);
    try {
      await this.#onDecision(decision, { traceparent });
    } catch {
      // Records that cannot be written are counted by their sink; the answer has been sent.
    }
    this.#open -= 1;
    if (this.#open > 0) return;
    for (const settle of this.#whenSettled.splice(0)) settle();
  }

  /** The decision with its shadow verdicts; without them if they fail or too many are under way. */
  async #withShadows({ decision, deferred }: PendingDecision): Promise<Decision> {
    if (deferred === undefined || this.#evaluating >= MAX_SHADOW_EVALUATIONS) return decision;
    this.#evaluating += 1;
    try {
      return await deferred();
    } catch {
      return decision;
    } finally {
      this.#evaluating -= 1;
    }
  }
}
