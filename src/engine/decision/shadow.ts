import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { Awaitable } from './first-of.ts';
import { Identities, NOBODY } from './identities.ts';
import { LimitReservations } from './limit-reservations.ts';
import type { ShadowVerdict } from './outcome.ts';
import { evaluatePolicies, type Verdict } from './pipeline.ts';
import type { ApplicableShadow, Selection } from './select.ts';
import { evaluateShadowRules } from './shadow-rules.ts';

/**
 * Decisions of shadow policies, each by itself, and of shadow rules, each beside the rules that decide. Limits of shadow
 * policies count in buckets of their own; a policy without allow rules allows what nothing in it denies.
 */
export async function evaluateShadows(
  { shadow, enforcing }: Selection,
  verdict: Verdict,
  context: EvaluationContext,
): Promise<readonly ShadowVerdict[]> {
  const verdicts: ShadowVerdict[] = [];
  for (const each of shadow) verdicts.push(...(await evaluateShadow(each, context)));
  const actual = { policies: enforcing, verdict, isAlone: false, known: NOBODY, context };
  return [...verdicts, ...(await evaluateShadowRules(actual))];
}

async function evaluateShadow(
  shadow: ApplicableShadow,
  { request, identities: known, services }: EvaluationContext,
): Promise<readonly ShadowVerdict[]> {
  const { applicable } = shadow;
  const { policy } = applicable;
  const context: EvaluationContext = {
    request,
    identities: new Identities(known),
    reservations: new LimitReservations(services.shadowLimits, services.monotonic),
    services,
  };
  const verdict = await verdictOf(shadow, context);
  const { allowedBy, cause } = verdict;
  request.trace?.report({ kind: 'verdict', shadow: policy, cause });
  if (cause !== undefined) context.reservations.giveBack();
  const told: ShadowVerdict =
    cause === undefined
      ? { policy: policy.name, rule: allowedBy.rule?.name ?? '', decision: 'allow', reason: 'allowed' }
      : denying(policy.name, cause);
  const actual = { policies: [applicable], verdict, isAlone: true, known, context };
  return [told, ...(await evaluateShadowRules(actual))];
}

function verdictOf({ applicable, cause }: ApplicableShadow, context: EvaluationContext): Awaitable<Verdict> {
  if (cause !== undefined) return { cause, isBeforeRules: true };
  return evaluatePolicies([applicable], context, applicable.policy.allowRules.length > 0);
}

function denying(policy: string, { rule, reason }: DenialCause): ShadowVerdict {
  return { policy, rule: rule?.name ?? '', decision: 'deny', reason };
}
