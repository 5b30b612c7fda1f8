import type { CompiledPolicy, CompiledRule } from '../set/policy-set.ts';
import type { DecisionTrace, EvaluationEvent, TraceEvent } from './trace.ts';

/** A trace that passes on what is reported about one rule: its event, and the evaluations that it asked for. */
export class RuleTrace implements DecisionTrace {
  readonly #trace: DecisionTrace;
  readonly #rule: CompiledRule;
  readonly #policy: CompiledPolicy;
  /** Evaluations since the last event of a step. */
  #evaluations: EvaluationEvent[] = [];

  /** `policy` is the one that has the rule. */
  constructor(trace: DecisionTrace, rule: CompiledRule, policy: CompiledPolicy) {
    this.#trace = trace;
    this.#rule = rule;
    this.#policy = policy;
  }

  get wantsParts(): boolean {
    return this.#trace.wantsParts;
  }

  report(event: TraceEvent): void {
    if (event.kind === 'evaluation') {
      this.#evaluations.push(event);
      return;
    }
    if (event.kind === 'rule' && event.rule === this.#rule) {
      for (const each of this.#evaluations) this.#trace.report(each);
      this.#trace.report({ ...event, policy: this.#policy });
    }
    this.#evaluations = [];
  }
}
