import { type Activation, EvaluationError, type Program, type Value } from '../../cel/interpret/program.ts';
import type { EvaluationEvent, PartOutcome } from '../../engine/decision/trace.ts';
import { oneLine } from './match-text.ts';

/** An expression with its outcome and those of its parts, as reports show it. */
export interface Evaluation {
  /** The use of the expression: `when`, `key`, `cost`, or the name of a header. */
  readonly role: string;
  readonly source: string;
  readonly outcome: Value | EvaluationError;
  /** Each before those that it consists of, without literals. */
  readonly parts: readonly EvaluatedPart[];
}

export interface EvaluatedPart {
  readonly text: string;
  readonly depth: number;
  /** Empty: it was not needed. More than one in a comprehension. */
  readonly outcomes: readonly (Value | EvaluationError)[];
}

/** The evaluation that a trace reported. */
export function evaluationOf(event: Omit<EvaluationEvent, 'kind'>, role: string): Evaluation {
  const { program, outcome } = event;
  const outcomes = Map.groupBy(event.parts, ({ part }) => part);
  const parts: EvaluatedPart[] = [];
  // A part without a value of its own (the `source.spiffe` of `source.spiffe.path`) is left out with its parts.
  let hidden = Number.POSITIVE_INFINITY;
  for (const part of program.parts) {
    if (part.depth > hidden) continue;
    hidden = Number.POSITIVE_INFINITY;
    const { start, end, depth } = part;
    const text = program.source.slice(start, end);
    const values = (outcomes.get(part) ?? []).map((each) => each.outcome);
    const isOfName = values.length === 0 && /^[\w.]+$/.test(text) && program.source[end] === '.';
    if (part.isLiteral || isOfName) {
      hidden = depth;
      continue;
    }
    parts.push({ text: oneLine(text), depth, outcomes: values });
    // One line for a part that was not needed.
    if (values.length === 0) hidden = depth;
  }
  return { role, source: program.source.trim(), outcome, parts };
}

/** Evaluates an expression by itself. */
export function evaluateWithParts(program: Program, activation: Activation, role: string): Evaluation {
  const parts: PartOutcome[] = [];
  const outcome = program.trace(activation, (part, value) => void parts.push({ part, outcome: value }));
  return evaluationOf({ program, outcome, parts }, role);
}

export function failed(outcome: Value | EvaluationError): outcome is EvaluationError {
  return outcome instanceof EvaluationError;
}
