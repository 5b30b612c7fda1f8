import { type Activation, EvaluationError, type Program, type Value } from '../../cel/interpret/program.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import { AttributeUnavailable } from './attribute-unavailable.ts';
import type { DenialCause } from './denial-cause.ts';
import { type DecisionTrace, evaluateTraced } from './trace.ts';

/** Value of an expression, or the denial cause that its failure is. */
export type EvaluationResult =
  | { readonly value: Value; readonly cause?: undefined }
  | { readonly cause: DenialCause; readonly value?: undefined };

/**
 * Evaluates one expression of `policy`. A body or certificate that cannot be read denies with its own reason, every
 * other failure with `policy_error`: an expression that fails denies, wherever it is written.
 */
export function evaluate(
  program: Program,
  activation: Activation,
  policy: CompiledPolicy,
  trace: DecisionTrace | undefined,
): EvaluationResult {
  const value = evaluateTraced(program, activation, trace);
  return value instanceof EvaluationError ? { cause: causeOf(value, policy) } : { value };
}

/** Denial cause for an expression of `policy` that failed with `error`. */
export function causeOf(error: EvaluationError, policy: CompiledPolicy): DenialCause {
  if (error.cause instanceof AttributeUnavailable) return { ...error.cause.denial, policy };
  return policyError(policy, error);
}

/** Value of a condition; true if it is absent. Anything but a bool is a failure. */
export function holds(
  when: Program | undefined,
  activation: Activation,
  policy: CompiledPolicy,
  trace: DecisionTrace | undefined,
): boolean | DenialCause {
  if (when === undefined) return true;
  const value = evaluateTraced(when, activation, trace);
  if (typeof value === 'boolean') return value;
  if (value instanceof EvaluationError) return causeOf(value, policy);
  return policyError(policy, new EvaluationError('a condition evaluated to a value that is not a bool'));
}

/** The denial `policy_error` for a fault of `policy`. */
export function policyError(policy: CompiledPolicy, fault: Error): DenialCause {
  return {
    reason: 'policy_error',
    detail: 'a policy could not be evaluated for this request',
    policy,
    fault,
  };
}
