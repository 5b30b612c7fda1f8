import type { CompiledPolicy, CompiledRule } from '../set/policy-set.ts';
import { holds } from './evaluate.ts';
import type { Hearing } from './hearing.ts';
import type { Refusal } from './refusal.ts';
import { type Applying, selectsWithin } from './select.ts';

/** The rule that allowed; no rule where a policy without allow rules was judged by itself. */
export interface Allowing {
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule | undefined;
}

export type RulesResult =
  | { readonly allowing: Allowing; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly allowing?: undefined };

/**
 * All deny rules of all policies are evaluated, and the first that matches is named; then allow rules until one
 * matches, unless none is needed. A failing expression anywhere among the deny rules refuses, also beside a deny
 * rule that matches.
 */
export function judgeRules(
  applying: readonly Applying[],
  hearing: Hearing,
  allowNeeded: boolean,
): RulesResult {
  const refusal = firstDenial(applying, hearing);
  if (refusal !== undefined) return { refusal };
  for (const each of applying) {
    for (const rule of each.policy.allowRules) {
      const matched = ruleMatches(rule, each, hearing);
      if (matched === true) return { allowing: { policy: each.policy, rule } };
      if (matched !== false) return { refusal: { ...matched, rule } };
    }
  }
  const named = applying.find(({ policy }) => policy.allowRules.length > 0) ?? applying[0];
  if (!allowNeeded && named !== undefined) return { allowing: { policy: named.policy, rule: undefined } };
  return {
    refusal: {
      reason: 'no_rule',
      detail: 'no rule allows this request',
      ...(named === undefined ? {} : { policy: named.policy }),
    },
  };
}

function firstDenial(applying: readonly Applying[], hearing: Hearing): Refusal | undefined {
  let denial: Refusal | undefined;
  for (const each of applying) {
    for (const rule of each.policy.denyRules) {
      const matched = ruleMatches(rule, each, hearing);
      if (matched === true) denial ??= ruleDenied(each.policy, rule);
      else if (matched !== false) return { ...matched, rule };
    }
  }
  return denial;
}

function ruleDenied(policy: CompiledPolicy, rule: CompiledRule): Refusal {
  return {
    reason: 'rule_denied',
    detail: rule.message ?? 'a rule denies this request',
    policy,
    rule,
    ...(rule.status === undefined ? {} : { status: rule.status }),
  };
}

function ruleMatches(rule: CompiledRule, applying: Applying, { facts, tokens }: Hearing): boolean | Refusal {
  if (rule.expires !== undefined && facts.now >= rule.expires) return false;
  const { policy } = applying;
  const token = tokens.of(policy);
  const selected = selectsWithin(rule.match, applying, facts, token);
  if (selected === undefined) return false;
  if (selected.failure !== undefined) return selected.failure;
  if (rule.when === undefined) return true;
  return holds(rule.when, facts.activation(policy, token, selected.params), policy);
}
