import { generated, maker, named } from '../../recipe/recipe.ts';
import { toHost } from '../interpret/host.ts';
import { EvaluationError, type Program, type Value } from '../interpret/program.ts';
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
 * A program of its generated function. It is not traced: that needs the names of the folder that it was compiled for,
 * which `createProgram` adds. Another process makes it again without them.
 */
export const loadProgram = maker(
  'cel.program',
  (source: string, type: Type, reads: Reads, make: Evaluator, constants: readonly unknown[]): Program => {
    const evaluate = make(constants);
    return { source, type, ...reads, evaluate, parts: [], trace: (activation) => evaluate(activation) };
  },
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
