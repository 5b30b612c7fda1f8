import type { Budget } from './budget.ts';

/** Work that can wait, and that can be left out. */
export interface Job {
  readonly run: () => void;
  /** Called in place of `run` for a request that does not get its turn in time. */
  readonly drop: () => void;
}

export interface IdleQueueOptions {
  readonly budget: Budget;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Runs work after the input that is there now was read: `setImmediate` in Node. */
  readonly schedule: (work: () => void) => void;
  /** Runs work after some milliseconds. */
  readonly delay: (work: () => void, milliseconds: number) => void;
}

/** Most jobs that wait: each holds its request in memory. */
const MOST_JOBS = 64;
/** Time after which a job no longer waits for a turn of the event loop without a check, in milliseconds. */
const PATIENCE = 20;
/** Time after which a job is dropped, in milliseconds: its record waits for it. */
const MOST_AGE = 1000;

interface Queued {
  readonly job: Job;
  readonly since: number;
}

/**
 * Runs jobs one at a time, between turns of the event loop in which no check arrives, within a budget of time. A check
 * that arrives meanwhile waits for one job at most.
 */
export class IdleQueue {
  readonly #options: IdleQueueOptions;
  readonly #jobs: Queued[] = [];
  /** Checks so far, and at the last look. */
  #checks = 0;
  #seen = 0;
  #isScheduled = false;

  constructor(options: IdleQueueOptions) {
    this.#options = options;
  }

  /** Notes that a check has arrived. */
  noteCheck(): void {
    this.#checks += 1;
  }

  push(job: Job): void {
    if (this.#jobs.length >= MOST_JOBS) {
      job.drop();
      return;
    }
    this.#jobs.push({ job, since: this.#options.clock() });
    this.#runLater();
  }

  #runLater(wait = 0): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (wait > 0) this.#options.delay(this.#run, wait);
    else this.#options.schedule(this.#run);
  }

  readonly #run = (): void => {
    this.#isScheduled = false;
    const { budget, clock } = this.#options;
    const now = clock();
    this.#dropOld(now);
    const [next] = this.#jobs;
    if (next === undefined) return;
    const wait = budget.wait(now);
    const isIdle = this.#checks === this.#seen || now - next.since > PATIENCE;
    this.#seen = this.#checks;
    if (wait === 0 && isIdle) {
      this.#jobs.shift();
      next.job.run();
      budget.spend(clock() - now);
    }
    if (this.#jobs.length > 0) this.#runLater(wait);
  };

  #dropOld(now: number): void {
    let [oldest] = this.#jobs;
    while (oldest !== undefined && now - oldest.since > MOST_AGE) {
      this.#jobs.shift();
      oldest.job.drop();
      [oldest] = this.#jobs;
    }
  }
}
