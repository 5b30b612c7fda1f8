import type { Bounds } from './bounds.ts';

/** Something that continues with its work, and asks for another turn if it is not finished. */
export interface Worker {
  work(): void;
}

/**
 * Shares the time of the event loop among the connections of a listener, so that one with much to do does not delay the
 * others: it pauses after its turn, and continues in order with the others that do.
 */
export class Turns {
  readonly #bounds: Pick<Bounds, 'turn' | 'allTurns'>;
  readonly #queue: Worker[] = [];
  #isScheduled = false;
  /** Number of the round of the event loop, and the time of the first question in it. */
  #round = 0;
  #began = 0;

  constructor(bounds: Pick<Bounds, 'turn' | 'allTurns'>) {
    this.#bounds = bounds;
  }

  /** Starts the measurement of a turn, or continues it in the same round. Returns true if the turn is over. */
  isOver(turn: Turn): boolean {
    const now = performance.now();
    if (!this.#isScheduled) this.#schedule(now);
    if (turn.round !== this.#round) {
      turn.round = this.#round;
      turn.began = now;
    }
    return now - turn.began > this.#bounds.turn || now - this.#began > this.#bounds.allTurns;
  }

  /** Continues the work in a later round. */
  wait(worker: Worker): void {
    this.#queue.push(worker);
    if (!this.#isScheduled) this.#schedule(performance.now());
  }

  #schedule(now: number): void {
    this.#isScheduled = true;
    this.#began = now;
    this.#round += 1;
    setImmediate(this.#next);
  }

  /** Begins another round, with the connections that wait, for half of the time of all. */
  readonly #next = (): void => {
    this.#isScheduled = false;
    if (this.#queue.length === 0) return;
    const now = performance.now();
    this.#schedule(now);
    const waiting = this.#queue.splice(0);
    do waiting.shift()?.work();
    while (waiting.length > 0 && performance.now() - now < this.#bounds.allTurns / 2);
    this.#queue.unshift(...waiting);
  };
}

/** Begin of the turn of a connection, in a round of the event loop. */
export interface Turn {
  round: number;
  /** Milliseconds of `performance.now`. */
  began: number;
}
