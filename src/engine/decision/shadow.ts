import type { Hearing } from './hearing.ts';
import { Ledger } from './ledger.ts';
import type { ShadowVerdict } from './outcome.ts';
import type { Refusal } from './refusal.ts';
import type { Shadowing } from './select.ts';
import { hear } from './stations.ts';

/**
 * What each shadow policy would have said by itself. Its limits count in buckets of their own; a policy without
 * allow rules allows when nothing in it refuses.
 */
export async function judgeShadows(
  shadowing: readonly Shadowing[],
  { facts, tokens, services }: Hearing,
): Promise<readonly ShadowVerdict[]> {
  const verdicts: ShadowVerdict[] = [];
  for (const each of shadowing) {
    verdicts.push(
      await judgeShadow(each, {
        facts,
        tokens: tokens.fork(),
        ledger: new Ledger(services.shadowLimits),
        services,
      }),
    );
  }
  return verdicts;
}

async function judgeShadow(shadowing: Shadowing, hearing: Hearing): Promise<ShadowVerdict> {
  const { policy, refusal } = shadowing;
  if (refusal !== undefined) return denying(policy.name, refusal);
  const heard = await hear([shadowing], hearing, policy.allowRules.length > 0);
  if (heard.refusal === undefined) {
    const rule = heard.allowing.rule?.name ?? '';
    return { policy: policy.name, rule, decision: 'allow', reason: 'allowed' };
  }
  hearing.ledger.giveBack();
  return denying(policy.name, heard.refusal);
}

function denying(policy: string, { rule, reason }: Refusal): ShadowVerdict {
  return { policy, rule: rule?.name ?? '', decision: 'deny', reason };
}
