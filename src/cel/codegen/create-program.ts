import type { Checked } from '../check/checked.ts';
import { typeOf } from '../check/checked.ts';
import type { Environment } from '../check/environment.ts';
import type { Prepared } from '../check/literals.ts';
import type { Folding } from '../interpret/fold.ts';
import { toHost } from '../interpret/host.ts';
import { EvaluationError, type Program, type Value } from '../interpret/program.ts';
import { createTracer, type Tracer } from '../interpret/trace.ts';
import { Optional } from '../value/boxed.ts';
import { Failure } from '../value/failure.ts';
import { kindOf } from '../value/kind.ts';
import type { Simple, Type } from '../value/type.ts';
import { emit } from './emit.ts';

/** Requirements on a value whose type is not known before the evaluation. */
interface Requirements {
  readonly result: readonly Simple[];
  readonly allowOptional?: boolean;
  readonly isForActivation?: boolean;
}

/** The program of a tree without mistakes. */
export function createProgram(
  checked: Checked,
  prepared: Prepared,
  folding: Folding,
  reads: ReadonlySet<string>,
  required: Requirements,
  environment: Environment,
): Program {
  const type = typeOf(checked, checked.root);
  const shell = { finish: finisher(type, required), fail: failureOf, wantsBool: type.kind === 'bool' };
  const { source, constants } = emit(checked, { prepared, folding, shell });
  // INVARIANT: the source contains no text of the author (see `Code`); test/cel/codegen/code.test.ts verifies it.
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- this is a compiler
  const make = new Function('K', source) as (K: readonly unknown[]) => Program['evaluate'];
  const { source: text } = checked;
  let tracer: Tracer | undefined;
  const traced = (): Tracer => {
    tracer ??= createTracer(text, environment);
    return tracer;
  };
  return {
    source: text,
    type,
    reads,
    evaluate: make(constants),
    get parts() {
      return traced().parts;
    },
    trace: (activation, observe) => traced().trace(activation, observe, shell.finish, shell.fail),
  };
}

/** Conversion of the value of an evaluation to the result. */
function finisher(type: Type, required: Requirements): (value: unknown) => Value {
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
function failureOf(thrown: unknown): EvaluationError {
  if (!(thrown instanceof Failure)) {
    const isDeep = thrown instanceof RangeError;
    const message = isDeep ? 'a value is nested too deeply or is too large' : 'a value could not be read';
    return new EvaluationError(message, { cause: thrown, code: isDeep ? 'too_deep' : 'unreadable' });
  }
  const { message, code, cause } = thrown;
  if (cause instanceof EvaluationError) return cause;
  return new EvaluationError(message, cause === undefined ? { code } : { cause, code });
}
