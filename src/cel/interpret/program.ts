import { sameAs } from '../../recipe/recipe.ts';
import type { KeysRead } from '../check/keys-read.ts';
import type { FailureCode } from '../value/failure.ts';
import type { Type } from '../value/type.ts';

/**
 * Values in an activation, and results:
 * bool, string, bytes (`Uint8Array`) and null as they are; int as a number in the safe range, as a bigint beyond it;
 * uint likewise; double as a number; timestamp and duration as `{seconds, nanos}`; list as an array; map as a `Map`
 * or a plain JSON object (own keys only); an object type as an object with one property per declared field; a message
 * as a `Message`; a value of a type of a library, and a type, as a string in its usual notation.
 */
export type Value = unknown;

/** Values of the declared roots, by name. Properties may be getters: a property that is not read is not computed. */
export type Activation = Readonly<Record<string, Value>>;

/** Failed evaluation, such as no such key, division by zero, an exhausted budget. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  readonly code: FailureCode | 'wrong_result' | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly code?: EvaluationError['code'] }) {
    super(message, options);
    this.code = options?.code;
  }
}

/** Subexpression, or the whole expression. */
export interface Part {
  /** In UTF-16 units of the source; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Number of enclosing expressions; 0 for the whole expression. */
  readonly depth: number;
  /** True if its type is bool. */
  readonly isBool: boolean;
  /** True for a literal, which always has the same value. */
  readonly isLiteral: boolean;
}

/** Checked expression that can be evaluated any number of times, also reentrantly. */
export interface Program {
  readonly source: string;
  readonly type: Type;
  /**
   * Declared names that the expression reads, dotted as declared (`jwt.claims`, `request.body`, `now`). A whole
   * object is read with every field of it.
   */
  readonly reads: ReadonlySet<string>;
  /** Keys of declared maps that the expression reads, by the name of the map. */
  readonly keys: ReadonlyMap<string, KeysRead>;
  /**
   * Never throws. An exception of a getter of the activation is returned as an `EvaluationError` with that exception
   * as `cause`; an `EvaluationError` is returned as it is.
   */
  evaluate(activation: Activation): Value | EvaluationError;
  /** Subexpressions, each before its own. Computed on first use. */
  readonly parts: readonly Part[];
  /**
   * As `evaluate`, but some hundred times slower: reports the outcome of each evaluated part as soon as it is known;
   * in a comprehension, each time. `outcome` is an `EvaluationError` if the part failed.
   */
  trace(
    activation: Activation,
    observe: (part: Part, outcome: Value | EvaluationError) => void,
  ): Value | EvaluationError;
}

/** The parts of a program that only traces read. */
interface Tracing {
  parts(): Program['parts'];
  readonly trace: Program['trace'];
}

/**
 * A program that evaluates as `program` and is an object of its own, so that a trace can tell places in a policy apart.
 */
export function copyProgram(program: Program, tracing: Tracing = tracingOf(program)): Program {
  const copy: Program = {
    source: program.source,
    type: program.type,
    reads: program.reads,
    keys: program.keys,
    evaluate: program.evaluate,
    get parts() {
      return tracing.parts();
    },
    trace: (activation, observe) => tracing.trace(activation, observe),
  };
  // Only traces tell programs apart, and those stay in the process that compiles.
  return sameAs(copy, program);
}

function tracingOf(program: Program): Tracing {
  return { parts: () => program.parts, trace: (activation, observe) => program.trace(activation, observe) };
}
