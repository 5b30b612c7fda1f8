import { authenticate } from './authenticate.ts';
import { checkBodies } from './bodies.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { takeLimits } from './limits.ts';
import type { Changes } from './outcome.ts';
import { respondAllow } from './respond.ts';
import { type AllowingRule, evaluateRules } from './rules.ts';
import type { ApplicablePolicy } from './select.ts';

/** Result of the pipeline. */
export type Verdict =
  | { readonly allowedBy: AllowingRule; readonly changes: Changes; readonly cause?: undefined }
  | { readonly cause: DenialCause; readonly allowedBy?: undefined; readonly changes?: undefined };

/**
 * Evaluates the applicable policies, step by step in the order of `STEPS`. With `allowNeeded` false, policies without
 * allow rules allow what nothing denies, which is how a single baseline is evaluated in shadow.
 */
export async function evaluatePolicies(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
  allowNeeded = true,
): Promise<Verdict> {
  const early = (await takeLimits('first', policies, context)) ?? (await authenticate(policies, context));
  if (early !== undefined) return { cause: early };
  const ruled = evaluateRules(policies, context, allowNeeded);
  if (ruled.cause !== undefined) return ruled;
  const late: DenialCause | undefined =
    checkBodies(policies, context) ?? (await takeLimits('last', policies, context));
  if (late !== undefined) return { cause: late };
  const response = respondAllow(policies, context);
  return response.cause === undefined ? { allowedBy: ruled.allowedBy, changes: response.changes } : response;
}
