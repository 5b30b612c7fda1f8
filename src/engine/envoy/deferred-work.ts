import type { Decision, PendingDecision } from '../decision/decide.ts';

/**
 * Takes a decision after its answer, with the W3C `traceparent` of the call of the proxy; undefined: the decision
 * belongs to the trace that its request names.
 */
export type OnDecision = (decision: Decision, traceparent: string | undefined) => void | Promise<void>;

/** Runs `work` after the answers of the current turn of the event loop are sent: `setImmediate` in Node. */
export type Schedule = (work: () => void) => void;

interface QueuedDecision {
  readonly pending: PendingDecision;
  readonly traceparent: string | undefined;
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

  push(pending: PendingDecision, traceparent: string | undefined): void {
    this.#open += 1;
    this.#queue.push({ pending, traceparent });
    if (this.#queue.length === 1) this.#schedule(this.#finishQueue);
  }

  readonly #finishQueue = (): void => {
    const batch = this.#queue;
    this.#queue = [];
    for (const { pending, traceparent } of batch) this.#finish(pending, traceparent);
  };

  /** Resolves when all decisions pushed so far are completed. */
  settled(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenSettled.push(resolve);
    });
  }

  /** Waits for nothing unless shadow policies apply, or `onDecision` returns a promise. */
  #finish({ decision, deferred }: PendingDecision, traceparent: string | undefined): void {
    if (deferred === undefined || this.#evaluating >= MAX_SHADOW_EVALUATIONS) {
      this.#complete(decision, traceparent);
      return;
    }
    void this.#evaluateShadows(decision, deferred, traceparent);
  }

  /** Completes the decision with its shadow verdicts; without them if they fail. Never rejects. */
  async #evaluateShadows(
    decision: Decision,
    deferred: NonNullable<PendingDecision['deferred']>,
    traceparent: string | undefined,
  ): Promise<void> {
    let evaluated = decision;
    this.#evaluating += 1;
    try {
      evaluated = await deferred();
    } catch {
      // The decision holds without them.
    }
    this.#evaluating -= 1;
    this.#complete(evaluated, traceparent);
  }

  #complete(decision: Decision, traceparent: string | undefined): void {
    let completing: void | Promise<void> = undefined;
    try {
      completing = this.#onDecision(decision, traceparent);
    } catch {
      // Records that cannot be written are counted by their sink; the answer has been sent.
    }
    if (completing instanceof Promise) completing.then(this.#close, this.#close);
    else this.#close();
  }

  readonly #close = (): void => {
    this.#open -= 1;
    if (this.#open > 0 || this.#whenSettled.length === 0) return;
    for (const settle of this.#whenSettled.splice(0)) settle();
  };
}
