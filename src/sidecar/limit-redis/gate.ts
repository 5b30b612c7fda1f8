/**
 * State of the way to the shared store. `open`: it is asked by probes only. `recovering`: the number of requests that
 * may ask at once grows with each answer, so that a store that has just come back is not overrun.
 */
export type GateState = 'closed' | 'open' | 'recovering';

export interface GateOptions {
  /** Most commands without an answer. */
  readonly most: number;
  /** Random number in [0, 1): processes do not ask again at the same time. */
  readonly random: () => number;
  readonly onChange: (state: GateState) => void;
}

/** Failures in a row after which the gate opens. */
const FAILURES = 3;
/** First and longest time until the next probe, milliseconds; doubled after each probe that fails. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 5000;
/** Time without an outage after which the next one begins with the first pause again, milliseconds. */
const STABLE = 10_000;

/** Answers in time after which a recovering store is asked by all requests again. */
const RECOVERED = 32;

/** A circuit breaker with a bound on the commands that are under way. Times are milliseconds of a monotonic clock. */
export class Gate {
  readonly #options: GateOptions;
  #state: GateState = 'open';
  #inflight = 0;
  /** Commands that may be under way at once while `recovering`. */
  #window = 0;
  #failures = 0;
  #pause = FIRST_PAUSE;
  #probeAt = 0;
  #closedAt = 0;
  /** True after the first answer: until then there is nothing to recover from. */
  #hasAnswered = false;

  /** Begins open: the first probe is the first heartbeat. */
  constructor(options: GateOptions) {
    this.#options = options;
  }

  get state(): GateState {
    return this.#state;
  }

  /** Time at which a probe is due while open. */
  get probeAt(): number {
    return this.#probeAt;
  }

  /** True if a command may be sent now. */
  get admits(): boolean {
    if (this.#state === 'open') return false;
    return this.#inflight < (this.#state === 'closed' ? this.#options.most : this.#window);
  }

  /** Counts a command that is sent; `left` ends it, also after its deadline. */
  entered(): void {
    this.#inflight += 1;
  }

  left(): void {
    this.#inflight -= 1;
  }

  succeeded(now: number): void {
    this.#failures = 0;
    if (this.#state === 'closed') return;
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      this.#close(now);
      return;
    }
    if (this.#state === 'open') {
      this.#window = 1;
      this.#change('recovering');
      return;
    }
    this.#window += 1;
    if (this.#window >= RECOVERED) this.#close(now);
  }

  failed(now: number): void {
    this.#failures += 1;
    if (this.#state === 'closed') {
      if (this.#failures < FAILURES) return;
      // A store that fails again and again is asked ever more seldom, although it answers probes.
      if (now - this.#closedAt >= STABLE) this.#pause = FIRST_PAUSE;
    }
    this.#probeAt = now + this.#pause * (0.5 + this.#options.random() / 2);
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    if (this.#state !== 'open') this.#change('open');
  }

  /** Lets the next probe ask at once, after a new connection. */
  wake(): void {
    this.#probeAt = 0;
  }

  #close(now: number): void {
    this.#closedAt = now;
    this.#change('closed');
  }

  #change(state: GateState): void {
    this.#state = state;
    this.#options.onChange(state);
  }
}
