import type { Program } from '../../cel/interpret/program.ts';
import type { DecisionTrace, EvaluationEvent, TraceEvent } from '../../engine/decision/trace.ts';
import { type Evaluation, evaluationOf } from './evaluation.ts';

type EventOf<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { readonly kind: Kind }>;

/** The events of one decision, in order, with the value of every part of every expression that was evaluated. */
export class TraceRecording implements DecisionTrace {
  readonly wantsParts = true;
  readonly #events: TraceEvent[] = [];
  readonly #evaluations = new Map<Program, EvaluationEvent[]>();

  report(event: TraceEvent): void {
    this.#events.push(event);
    if (event.kind !== 'evaluation') return;
    const before = this.#evaluations.get(event.program);
    if (before === undefined) this.#evaluations.set(event.program, [event]);
    else before.push(event);
  }

  /** Forgets what was reported, before the next decision. */
  clear(): void {
    this.#events.length = 0;
    this.#evaluations.clear();
  }

  get events(): readonly TraceEvent[] {
    return this.#events;
  }

  /** The events of one kind, in order. */
  of<Kind extends TraceEvent['kind']>(kind: Kind): readonly EventOf<Kind>[] {
    return this.#events.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  /** The evaluations of a program of the policy set, in order; none if it is undefined or was not evaluated. */
  evaluationsOf(program: Program | undefined, role: string): readonly Evaluation[] {
    const events = program === undefined ? [] : (this.#evaluations.get(program) ?? []);
    return events.map((event) => evaluationOf(event, role));
  }
}
