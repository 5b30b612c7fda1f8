import { generated, maker, named } from '../../recipe/recipe.ts';
import { toHost } from '../interpret/host.ts';
import { type Activation, EvaluationError, type Program, type Value } from '../interpret/program.ts';
import { Optional } from '../value/boxed.ts';
import { Failure } from '../value/failure.ts';
import { kindOf } from '../value/kind.ts';
import type { Simple, Type } from '../value/type.ts';
import './emit.ts';

/** Requirements on a value whose type is not known before the evaluation. */
export interface Requirements {
  readonly result: readonly Simple[];
  readonly allowOptional?: boolean;
  readonly isForActivation?: boolean;
}

/** Names and keys that a program reads. */
export type Reads = Pick<Program, 'reads' | 'keys'>;

/** Parameter of generated code: its constants. */
const PARAMETERS = ['K'];

/** A function of constants from the source of its body. */
export function evaluator(body: string): Evaluator {
  // INVARIANT: the source contains no text of the author (see `Code`); test/cel/codegen/code.test.ts verifies it.
  return generated(PARAMETERS, body) as Evaluator;
}

export type Evaluator = (constants: readonly unknown[]) => Program['evaluate'];

/**
 * A program that is not traced: that needs the names of the folder that it was compiled for. An object of it is small,
 * since a policy set can have 100,000.
 */
class LoadedProgram implements Program {
  readonly source: string;
  readonly type: Type;
  readonly evaluate: Program['evaluate'];
  readonly #reads: Reads;

  constructor(source: string, type: Type, reads: Reads, evaluate: Program['evaluate']) {
    this.source = source;
    this.type = type;
    this.evaluate = evaluate;
    this.#reads = reads;
  }

  get reads(): Program['reads'] {
    return this.#reads.reads;
  }

  get keys(): Program['keys'] {
    return this.#reads.keys;
  }

  get parts(): Program['parts'] {
    return [];
  }

  trace(activation: Activation): Value {
    return this.evaluate(activation);
  }
}

/**
 * A program of its generated function. `createProgram` adds what traces need; another process makes the program again
 * without that.
 */
export const loadProgram = maker(
  'cel.program',
  (source: string, type: Type, reads: Reads, make: Evaluator, constants: readonly unknown[]): Program =>
    new LoadedProgram(source, type, reads, make(constants)),
  { hasValues: true },
);

/** An expression that is evaluated as a part of the caller's evaluation. Throws a `Failure`. */
export type PartFunction = (activation: Activation) => unknown;

/** The function of an expression without a budget and without a conversion of its value. */
export const loadPart = maker(
  'cel.part',
  (make: Evaluator, constants: readonly unknown[]): PartFunction => make(constants),
  { hasValues: true },
);

/** Conversion of the value of an evaluation to the result. */
export const finisher = maker('cel.finisher', createFinisher);

function createFinisher(type: Type, required: Requirements): (value: unknown) => Value {
  if (required.isForActivation === true) return (value) => value;
  const isDynamic = type.kind === 'dyn' || (type.kind === 'optional' && type.of.kind === 'dyn');
  if (isDynamic && !required.result.includes('dyn')) {
    return (value) => (admits(value, required) ? toHost(value) : wrongResult());
  }
  const { kind } = type;
  const isPlain = kind === 'bool' || kind === 'string' || kind === 'int';
  // A checked value has its type. Even if the checker is wrong, no other type is returned.
  return isPlain ? (value) => (kindOf(value) === kind ? value : wrongResult()) : toHost;
}

function wrongResult(): EvaluationError {
  return new EvaluationError('the value of the expression does not have the required type', {
    code: 'wrong_result',
  });
}

function admits(value: unknown, required: Requirements): boolean {
  if (value instanceof Optional) {
    return required.allowOptional === true && (value.value === undefined || admits(value.value, required));
  }
  const kind = kindOf(value);
  return required.result.some((each) => each === kind);
}

/**
 * The error for an exception of an evaluation. Its message contains only text of the author. An `EvaluationError` of
 * a getter, such as that of a variable, is returned as it is, with its cause.
 */
export function failureOf(thrown: unknown): EvaluationError {
  if (!(thrown instanceof Failure)) {
    const isDeep = thrown instanceof RangeError;
    const message = isDeep ? 'a value is nested too deeply or is too large' : 'a value could not be read';
    return new EvaluationError(message, { cause: thrown, code: isDeep ? 'too_deep' : 'unreadable' });
  }
  const { message, code, cause } = thrown;
  if (cause instanceof EvaluationError) return cause;
  return new EvaluationError(message, cause === undefined ? { code } : { cause, code });
}

named('cel.failureOf', failureOf);
named('cel.toHost', toHost);
