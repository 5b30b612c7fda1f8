import type { Decision, PendingDecision } from '../decision/decide.ts';

/** What is known of the caller's trace: the W3C `traceparent` text, empty when there was none. */
export interface TraceContext {
  readonly traceparent: string;
}

export type OnDecision = (decision: Decision, trace: TraceContext) => void | Promise<void>;

/** Runs `work` after the answers of the current turn of the event loop are sent: `setImmediate` in Node. */
export type Schedule = (work: () => void) => void;

interface Waiting {
  readonly pending: PendingDecision;
  readonly traceparent: string;
}

/**
 * Most shadow policies' hearings under way at once, by request. Those that wait for keys hold their requests, and no
 * answer waits for them, so that nothing else bounds how many there are.
 */
export const MOST_JUDGED = 10_000;

/**
 * What is done about a decision when its answer is on its way: the shadow policies are judged and the decision is
 * handed on, all those of one turn of the event loop together. Nothing in here can harm an answer.
 */
export class DeferredWork {
  readonly #onDecision: OnDecision;
  readonly #schedule: Schedule;
  #waiting: Waiting[] = [];
  /** Pushed and not yet handed on. */
  #open = 0;
  #whenSettled: (() => void)[] = [];
  #judging = 0;

  constructor(onDecision: OnDecision, schedule: Schedule) {
    this.#onDecision = onDecision;
    this.#schedule = schedule;
  }

  push(pending: PendingDecision, traceparent: string): void {
    this.#open += 1;
    this.#waiting.push({ pending, traceparent });
    if (this.#waiting.length > 1) return;
    this.#schedule(() => {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const waiting of batch) void this.#handOn(waiting);
    });
  }

  /** Settles when everything pushed was handed on. */
  settled(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenSettled.push(resolve);
    });
  }

  async #handOn({ pending, traceparent }: Waiting): Promise<void> {
    const decision = await this.#complete(pending);
    try {
      await this.#onDecision(decision, { traceparent });
    } catch {
      // A record that cannot be written is counted where it is written; the answer is gone already.
    }
    this.#open -= 1;
    if (this.#open > 0) return;
    for (const settle of this.#whenSettled.splice(0)) settle();
  }

  /** With the verdicts of the shadow policies; without them when they fail, or too many are being found out. */
  async #complete({ decision, deferred }: PendingDecision): Promise<Decision> {
    if (deferred === undefined || this.#judging >= MOST_JUDGED) return decision;
    this.#judging += 1;
    try {
      return await deferred();
    } catch {
      return decision;
    } finally {
      this.#judging -= 1;
    }
  }
}
