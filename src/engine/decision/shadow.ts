import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { Awaitable } from './first-of.ts';
import { Identities } from './identities.ts';
import { LimitReservations } from './limit-reservations.ts';
import type { ShadowVerdict } from './outcome.ts';
import { evaluatePolicies, type Verdict } from './pipeline.ts';
import type { ApplicableShadow } from './select.ts';

/**
 * Decisions of shadow policies, each by itself. Their limits count in buckets of their own; a policy without allow
 * rules allows what nothing in it denies.
 */
export async function evaluateShadows(
  shadows: readonly ApplicableShadow[],
  { request, identities, services }: EvaluationContext,
): Promise<readonly ShadowVerdict[]> {
  const verdicts: ShadowVerdict[] = [];
  for (const each of shadows) {
    verdicts.push(
      await evaluateShadow(each, {
        request,
        identities: new Identities(identities),
        reservations: new LimitReservations(services.shadowLimits),
        services,
      }),
    );
  }
  return verdicts;
}

async function evaluateShadow(shadow: ApplicableShadow, context: EvaluationContext): Promise<ShadowVerdict> {
  const { policy } = shadow.applicable;
  const { allowedBy, cause } = await verdictOf(shadow, context);
  context.request.trace?.report({ kind: 'verdict', shadow: policy, cause });
  if (cause === undefined) {
    return { policy: policy.name, rule: allowedBy.rule?.name ?? '', decision: 'allow', reason: 'allowed' };
  }
  context.reservations.giveBack();
  return denying(policy.name, cause);
}

function verdictOf({ applicable, cause }: ApplicableShadow, context: EvaluationContext): Awaitable<Verdict> {
  if (cause !== undefined) return { cause };
  return evaluatePolicies([applicable], context, applicable.policy.allowRules.length > 0);
}

function denying(policy: string, { rule, reason }: DenialCause): ShadowVerdict {
  return { policy, rule: rule?.name ?? '', decision: 'deny', reason };
}
