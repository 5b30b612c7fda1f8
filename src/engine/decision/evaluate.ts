import { type Activation, EvaluationError, type Program, type Value } from '../../cel/interpret/program.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import { BodyUnavailable } from './facts.ts';
import type { Refusal } from './refusal.ts';

/** The value of an expression, or the refusal that its failure is. */
export type Evaluated =
  | { readonly value: Value; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly value?: undefined };

/**
 * Evaluates one expression of `policy`. A body that cannot be read refuses with its own reason, every other
 * failure with `policy_error`: an expression that fails, wherever it stands, denies.
 */
export function evaluate(program: Program, activation: Activation, policy: CompiledPolicy): Evaluated {
  const value = program.evaluate(activation);
  if (!(value instanceof EvaluationError)) return { value };
  if (value.cause instanceof BodyUnavailable) return { refusal: { ...value.cause.refusal, policy } };
  return { refusal: policyError(policy, value) };
}

/** A condition: an absent one is true. Anything but a bool is a failure. */
export function holds(
  when: Program | undefined,
  activation: Activation,
  policy: CompiledPolicy,
): boolean | Refusal {
  if (when === undefined) return true;
  const result = evaluate(when, activation, policy);
  if (result.refusal !== undefined) return result.refusal;
  if (typeof result.value === 'boolean') return result.value;
  return policyError(policy, new EvaluationError('a condition came to something other than a bool'));
}

/** The refusal for an expression of `policy` that failed. */
export function policyError(policy: CompiledPolicy, fault: Error): Refusal {
  return {
    reason: 'policy_error',
    detail: 'a policy could not be evaluated for this request',
    policy,
    fault,
  };
}
