import type { Seen, SeenCause } from './candidate-page.ts';
import { type Counts, NO_COUNTS, since, sumOf } from './counts.ts';

/** Looks without an answer in a row after which a sidecar counts as unreachable. */
const MOST_FAILURES = 3;

/** Counts of one sidecar about one candidate, from the first look on. */
export class WatchedSidecar {
  readonly address: string;
  #counts: Counts = NO_COUNTS;
  #last: Extract<Seen, { kind: 'comparison' }> | undefined;
  #hasLooked = false;
  #failures = 0;
  #problem: string | undefined = 'was not looked at';
  #causes: readonly SeenCause[] = [];

  constructor(address: string) {
    this.address = address;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Reason why its counts are not those of the candidate; undefined if they are. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Causes of the differences since its counts began. */
  get causes(): readonly SeenCause[] {
    return this.#causes;
  }

  /** Takes one look into account. */
  note(seen: Seen, revision: string): void {
    if (seen.kind === 'unreachable') {
      this.#failures += 1;
      if (this.#last === undefined || this.#failures >= MOST_FAILURES)
        this.#problem = `cannot be reached (${seen.cause})`;
      return;
    }
    this.#failures = 0;
    if (seen.kind === 'none') this.#problem = 'has no candidate';
    else if (seen.candidate !== revision) this.#problem = `judges candidate \`${seen.candidate}\``;
    else this.#count(seen);
    this.#hasLooked = true;
  }

  /** Adds what was counted since the last look: all of it after a restart, and for a candidate that came meanwhile. */
  #count(seen: Extract<Seen, { kind: 'comparison' }>): void {
    const last = this.#last;
    const isGoingOn = last?.since === seen.since;
    const more = isGoingOn ? since(seen.counts, last.counts) : undefined;
    if (last !== undefined || this.#hasLooked) this.#counts = sumOf([this.#counts, more ?? seen.counts]);
    this.#last = seen;
    this.#causes = seen.causes;
    this.#problem = undefined;
  }
}
