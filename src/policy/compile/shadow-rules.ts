import type { PrincipalSet } from '../../engine/set/callers.ts';
import type { CompiledPolicy, CompiledRule, CompiledShadowRule } from '../../engine/set/policy-set.ts';
import { headerReadsOfRule } from './header-reads.ts';

/** A compiled rule in shadow mode, before its policy is complete. */
export interface ShadowRuleDraft {
  readonly rule: CompiledRule;
  readonly effect: 'allow' | 'deny';
  /** Number of rules with the same effect before it that are not in shadow mode. */
  readonly place: number;
  /** `namedPeers` of the policy with the rule enforced. */
  readonly namedPeers: PrincipalSet | undefined;
}

type Draft = Omit<CompiledPolicy, 'shadowRules'> & { readonly shadowRules: readonly ShadowRuleDraft[] };

/** The policy with its shadow rules, each with the policy as it is with the rule enforced. */
export function withShadowRules(draft: Draft): CompiledPolicy {
  const policy: CompiledPolicy = { ...draft, shadowRules: [] };
  return { ...policy, shadowRules: draft.shadowRules.map((each) => shadowRule(each, policy)) };
}

function shadowRule(
  { rule, effect, place, namedPeers }: ShadowRuleDraft,
  policy: CompiledPolicy,
): CompiledShadowRule {
  const list = effect === 'allow' ? 'allowRules' : 'denyRules';
  const rules = policy[list].toSpliced(place, 0, rule);
  const namesPeers = policy.namedPeers !== undefined || namedPeers !== undefined;
  return {
    rule,
    effect,
    headers: headerReadsOfRule(rule, policy.variables),
    enforced: { ...policy, [list]: rules, namedPeers },
    concernsAll: effect === 'allow' && (namesPeers || policy.allowRules.length === 0),
  };
}
