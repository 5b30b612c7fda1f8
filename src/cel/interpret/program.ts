import type { FailureCode } from '../value/failure.ts';
import type { Type } from '../value/type.ts';

/**
 * Values that go in and come out:
 * bool, string, bytes (`Uint8Array`) and null as themselves; int as a number while it is safe, a bigint beyond;
 * uint likewise; double as a number; timestamp and duration as `{seconds, nanos}`; list as an array; map as a `Map` or
 * a plain JSON object (own keys only); an object type as an object with one property per declared field; a value of a
 * library's own type, and a type, as the text that it is written as.
 */
export type Value = unknown;

/** The roots that an environment declares, by name. Properties may be getters: one that is not read is not computed. */
export type Activation = Readonly<Record<string, Value>>;

/** An evaluation that did not come to a value: no such key, division by zero, an exhausted budget. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  readonly code: FailureCode | 'wrong_result' | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly code?: EvaluationError['code'] }) {
    super(message, options);
    this.code = options?.code;
  }
}

/** An expression within another, or the whole of it. */
export interface Part {
  /** In UTF-16 units of the source; `end` is behind it. */
  readonly start: number;
  readonly end: number;
  /** How many expressions it stands in; 0 is the whole. */
  readonly depth: number;
  /** Whether it is known to come to a bool. */
  readonly isBool: boolean;
  /** Whether it is written out, so that it comes to the same always. */
  readonly isLiteral: boolean;
}

/** A checked expression, ready to be evaluated any number of times, also re-entrantly. */
export interface Program {
  readonly source: string;
  readonly type: Type;
  /**
   * The declared names that the expression reads, dotted as they were declared (`jwt.claims`, `request.body`,
   * `now`). Reading a whole object names every field of it.
   */
  readonly reads: ReadonlySet<string>;
  /**
   * Never throws. An exception out of an activation's getter comes back as an `EvaluationError` whose `cause`
   * is that exception; one that is an `EvaluationError` already comes back as it is.
   */
  evaluate(activation: Activation): Value | EvaluationError;
  /** The expressions within it, each before those that it consists of. Found when first asked for. */
  readonly parts: readonly Part[];
  /**
   * As `evaluate`, some hundred times slower: tells what each part that is evaluated comes to, as soon as it has; in a
   * comprehension, each time. `outcome` is an `EvaluationError` where it failed.
   */
  trace(
    activation: Activation,
    observe: (part: Part, outcome: Value | EvaluationError) => void,
  ): Value | EvaluationError;
}

/** A program that evaluates as `program` and is an object of its own: a trace tells places in a policy apart by it. */
export function copyProgram(program: Program): Program {
  return {
    source: program.source,
    type: program.type,
    reads: program.reads,
    evaluate: program.evaluate,
    get parts() {
      return program.parts;
    },
    trace: (activation, observe) => program.trace(activation, observe),
  };
}
