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

/** What is asked of the value, when its type is not known before it is there. */
interface Wanted {
  readonly result: readonly Simple[];
  readonly allowOptional?: boolean;
  readonly isForActivation?: boolean;
}

/** The program of a tree in which nothing is wrong. */
export function createProgram(
  checked: Checked,
  prepared: Prepared,
  folding: Folding,
  reads: ReadonlySet<string>,
  wanted: Wanted,
  environment: Environment,
): Program {
  const type = typeOf(checked, checked.root);
  const shell = { finish: finisher(type, wanted), fail: failureOf, wantsBool: type.kind === 'bool' };
  const { source, constants } = emit(checked, { prepared, folding, shell });
  // INVARIANT: the source holds nothing that the author wrote (see `Code`); test/cel/codegen/code.test.ts holds it to that.
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- compiling is what this is for
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

/** From what an evaluation came to, to what goes out. */
function finisher(type: Type, wanted: Wanted): (value: unknown) => Value {
  if (wanted.isForActivation === true) return (value) => value;
  const isDynamic = type.kind === 'dyn' || (type.kind === 'optional' && type.of.kind === 'dyn');
  if (isDynamic && !wanted.result.includes('dyn')) {
    return (value) => (admits(value, wanted) ? toHost(value) : wrongResult());
  }
  const { kind } = type;
  const isPlain = kind === 'bool' || kind === 'string' || kind === 'int';
  // What was checked is of its type. Should the check ever be wrong, nothing else goes out.
  return isPlain ? (value) => (kindOf(value) === kind ? value : wrongResult()) : toHost;
}

function wrongResult(): EvaluationError {
  return new EvaluationError('the expression came to a value of another type than wanted', {
    code: 'wrong_result',
  });
}

function admits(value: unknown, wanted: Wanted): boolean {
  if (value instanceof Optional) {
    return wanted.allowOptional === true && (value.value === undefined || admits(value.value, wanted));
  }
  const kind = kindOf(value);
  return wanted.result.some((each) => each === kind);
}

/**
 * The error for whatever was thrown in an evaluation. Its message holds the author's text only. An `EvaluationError`
 * out of a getter, such as a variable's, stays itself with its cause.
 */
export function failureOf(thrown: unknown): EvaluationError {
  if (!(thrown instanceof Failure)) {
    const isDeep = thrown instanceof RangeError;
    const message = isDeep ? 'a value nests too deeply or is too large' : 'a value could not be read';
    return new EvaluationError(message, { cause: thrown, code: isDeep ? 'too_deep' : 'unreadable' });
  }
  const { message, code, cause } = thrown;
  if (cause instanceof EvaluationError) return cause;
  return new EvaluationError(message, cause === undefined ? { code } : { cause, code });
}
