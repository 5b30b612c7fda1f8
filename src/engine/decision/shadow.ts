import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { LimitReservations } from './limit-reservations.ts';
import type { ShadowVerdict } from './outcome.ts';
import { evaluatePolicies } from './pipeline.ts';
import type { ApplicableShadow } from './select.ts';

/**
 * What each shadow policy would have said by itself. Its limits count in buckets of their own; a policy without
 * allow rules allows when nothing in it refuses.
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
  const heard = await evaluatePolicies([shadows], context, policy.allowRules.length > 0);
  if (heard.cause === undefined) {
    const rule = heard.allowedBy.rule?.name ?? '';
    return { policy: policy.name, rule, decision: 'allow', reason: 'allowed' };
  }
  context.reservations.giveBack();
  return denying(policy.name, heard.cause);
}

function denying(policy: string, { rule, reason }: DenialCause): ShadowVerdict {
  return { policy, rule: rule?.name ?? '', decision: 'deny', reason };
}
