import { Optional, type ParseResult } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { type Budget, MAX_STEPS } from './budget.ts';
import { toValue } from './convert.ts';
import type { Prepared } from './engine.ts';
import { failureOf } from './failure.ts';
import { type Activation, EvaluationError, type Program, type Value } from './program.ts';
import type { Simple, Type } from './type.ts';

export interface Expected {
  /** What the expression may come to; `dyn` admits everything. A `dyn` result is judged when it is there. */
  readonly result: readonly Simple[];
  /** Whether an optional of these is admitted too; one without a value comes out as undefined. */
  readonly allowOptional?: boolean;
}

/**
 * One executable form of an expression. The engine keeps the state of a running evaluation in it, so that each
 * instance runs one evaluation at a time.
 */
export interface Instance {
  readonly type: Type;
  readonly reads: ReadonlySet<string>;
  readonly budget: Budget;
  readonly run: ParseResult;
  readonly roots: Prepared['roots'];
}

/** Instances kept for the next evaluation; more are in use only while evaluations of one program nest. */
const MAX_IDLE = 4;

/**
 * The program over `first`. An evaluation that starts while another of the same program runs, out of a getter,
 * gets an instance of its own from `another`.
 */
export function createProgram(
  source: string,
  first: Instance,
  expected: Expected,
  another: () => Instance | undefined,
): Program {
  const idle = [first];
  const { type, reads } = first;
  const isDynamic = type.kind === 'dyn' || (type.kind === 'optional' && type.of.kind === 'dyn');
  const judged = isDynamic && !expected.result.includes('dyn');

  const evaluate = (activation: Activation): Value | EvaluationError => {
    const instance = idle.pop() ?? another();
    if (instance === undefined) return new EvaluationError('the expression could not be compiled again');
    instance.budget.left = MAX_STEPS;
    try {
      const result: unknown = instance.run(instance.roots(activation));
      if (instance.budget.left < 0) return new EvaluationError('the expression took too many steps');
      if (judged && !admits(result, expected)) {
        return new EvaluationError('the expression came to a value of another type than wanted');
      }
      return toValue(result);
    } catch (error) {
      return failureOf(error);
    } finally {
      if (idle.length < MAX_IDLE) idle.push(instance);
    }
  };
  return { source, type, reads, evaluate };
}

function admits(value: unknown, expected: Expected): boolean {
  if (value instanceof Optional) {
    return expected.allowOptional === true && (!value.hasValue() || admits(value.value(), expected));
  }
  const kind = kindOf(value);
  return kind !== undefined && expected.result.includes(kind);
}

function kindOf(value: unknown): Simple | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      if (value === null) return 'null';
      if (value instanceof Uint8Array) return 'bytes';
      if (value instanceof Date) return 'timestamp';
      if (value instanceof Duration) return 'duration';
      return value instanceof UnsignedInt ? 'uint' : undefined;
  }
}
