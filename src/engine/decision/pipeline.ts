import type { ApplicablePolicy } from './applicable-policy.ts';
import { authenticate } from './authenticate.ts';
import { checkBodies } from './bodies.ts';
import { checkCallers } from './callers.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { type Awaitable, firstOf } from './first-of.ts';
import { takeLimits } from './limits.ts';
import type { Changes } from './outcome.ts';
import { requireHeaders } from './required-headers.ts';
import { respondAllow } from './respond.ts';
import { type AllowingRule, evaluateRules, type RulesResult } from './rules.ts';

/** Result of the pipeline. */
export type Verdict =
  | { readonly allowedBy: AllowingRule; readonly changes: Changes; readonly cause?: undefined }
  | {
      readonly cause: DenialCause;
      /** True if the request was denied before the rules. */
      readonly isBeforeRules: boolean;
      readonly allowedBy?: undefined;
      readonly changes?: undefined;
    };

/** One way through the pipeline. */
interface Passage {
  readonly policies: readonly ApplicablePolicy[];
  readonly context: EvaluationContext;
  readonly allowNeeded: boolean;
  /** Undefined until the rules are evaluated. */
  rules: RulesResult | undefined;
}

type Step = (passage: Passage) => Awaitable<DenialCause | undefined>;

/** The steps before the response, in the order of `STEPS`. */
const BEFORE_RESPONSE: readonly Step[] = [
  ({ policies, context }) => requireHeaders(policies, context),
  ({ policies, context }) => takeLimits('first', policies, context),
  ({ policies, context }) => authenticate(policies, context),
  ({ policies, context }) => checkCallers(policies, context),
  passRules,
  ({ policies, context }) => checkBodies(policies, context),
  ({ policies, context }) => takeLimits('last', policies, context),
];

/**
 * Evaluates the applicable policies, step by step; a promise only if a step must wait. With `allowNeeded` false,
 * policies without allow rules allow what nothing denies, which is how a single baseline is evaluated in shadow.
 */
export function evaluatePolicies(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
  allowNeeded = true,
): Awaitable<Verdict> {
  const passage: Passage = { policies, context, allowNeeded, rules: undefined };
  const cause = firstOf(BEFORE_RESPONSE, take, passage);
  return cause instanceof Promise ? cause.then((late) => respond(late, passage)) : respond(cause, passage);
}

function take(step: Step, passage: Passage): Awaitable<DenialCause | undefined> {
  return step(passage);
}

function passRules(passage: Passage): DenialCause | undefined {
  passage.rules = evaluateRules(passage.policies, passage.context, passage.allowNeeded);
  return passage.rules.cause;
}

/** INVARIANT: allows only if no step before has denied and the rules have named what allows. */
function respond(cause: DenialCause | undefined, { policies, context, rules }: Passage): Verdict {
  if (cause !== undefined) return { cause, isBeforeRules: rules === undefined };
  const allowedBy = rules?.allowedBy;
  if (allowedBy === undefined) throw new Error('no rule was evaluated');
  const response = respondAllow(policies, context);
  return response.cause === undefined
    ? { allowedBy, changes: response.changes }
    : { cause: response.cause, isBeforeRules: false };
}
