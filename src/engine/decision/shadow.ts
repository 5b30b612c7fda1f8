import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { LimitReservations } from './limit-reservations.ts';
import type { ShadowVerdict } from './outcome.ts';
import { evaluatePolicies } from './pipeline.ts';
import type { ApplicableShadow } from './select.ts';

/**
 * Decisions of shadow policies, each by itself. Their limits count in buckets of their own; a policy without allow
 * rules allows what nothing in it denies.
 */
export async function evaluateShadows(
  shadows: readonly ApplicableShadow[],
  { request, tokens, services }: EvaluationContext,
): Promise<readonly ShadowVerdict[]> {
  const verdicts: ShadowVerdict[] = [];
  for (const each of shadows) {
    verdicts.push(
      await evaluateShadow(each, {
        request,
        tokens: tokens.fork(),
        reservations: new LimitReservations(services.shadowLimits),
        services,
      }),
    );
  }
  return verdicts;
}

async function evaluateShadow(shadows: ApplicableShadow, context: EvaluationContext): Promise<ShadowVerdict> {
  const { policy, cause } = shadows;
  if (cause !== undefined) return denying(policy.name, cause);
  const verdict = await evaluatePolicies([shadows], context, policy.allowRules.length > 0);
  if (verdict.cause === undefined) {
    const rule = verdict.allowedBy.rule?.name ?? '';
    return { policy: policy.name, rule, decision: 'allow', reason: 'allowed' };
  }
  context.reservations.giveBack();
  return denying(policy.name, verdict.cause);
}

function denying(policy: string, { rule, reason }: DenialCause): ShadowVerdict {
  return { policy, rule: rule?.name ?? '', decision: 'deny', reason };
}
