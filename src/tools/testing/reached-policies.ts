import type { DecisionTrace, TraceEvent } from '../../engine/decision/trace.ts';

/** Collects the names of the policies that apply to the requests of a case. */
export class ReachedPolicies implements DecisionTrace {
  readonly wantsParts = false;
  #names = new Set<string>();

  report(event: TraceEvent): void {
    if (event.kind === 'policy' && event.result === 'applies') this.#names.add(event.policy.name);
  }

  /** Begins a new set, which decisions from now on are added to. */
  begin(): ReadonlySet<string> {
    this.#names = new Set();
    return this.#names;
  }
}
