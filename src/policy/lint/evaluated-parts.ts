import type { Program } from '../../cel/interpret/program.ts';
import type { DecisionTrace, TraceEvent } from '../../engine/decision/trace.ts';

/** The values of the parts of one expression in the decision that was made last. */
export class EvaluatedParts implements DecisionTrace {
  readonly wantsParts = true;
  readonly #program: Program;
  readonly #values = new Map<string, unknown>();

  constructor(program: Program) {
    this.#program = program;
  }

  report(event: TraceEvent): void {
    if (event.kind !== 'evaluation' || event.program !== this.#program) return;
    for (const { part, outcome } of event.parts) this.#values.set(`${part.start} ${part.end}`, outcome);
  }

  /** Value of the part at a position; undefined if it was not evaluated. Values are forgotten afterwards. */
  take({ start, end }: { readonly start: number; readonly end: number }): unknown {
    const value = this.#values.get(`${start} ${end}`);
    this.#values.clear();
    return value;
  }
}
