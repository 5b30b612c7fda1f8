import type { CompiledPolicy, CompiledRule } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import { holds } from './evaluate.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { selectsWithin } from './select.ts';
import type { Effect, RuleEvent } from './trace.ts';

/** The rule that allowed; undefined if a policy without allow rules was evaluated by itself. */
export interface AllowingRule {
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule | undefined;
}

export type RulesResult =
  | { readonly allowedBy: AllowingRule; readonly cause?: undefined }
  | { readonly cause: DenialCause; readonly allowedBy?: undefined };

/**
 * Evaluates all deny rules of all policies, of which the first that matches is named; then allow rules until one
 * matches, unless none is needed. An expression of a deny rule that fails denies, even if another deny rule matches.
 */
export function evaluateRules(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
  allowNeeded: boolean,
): RulesResult {
  const cause = firstDenial(policies, context);
  if (cause !== undefined) return { cause };
  for (const each of policies) {
    for (const rule of each.policy.allowRules) {
      const matched = ruleMatches(rule, 'allow', each, context);
      if (matched === true) return { allowedBy: { policy: each.policy, rule } };
      if (matched !== false) return { cause: { ...matched, rule } };
    }
  }
  const named = policies.find(({ policy }) => policy.allowRules.length > 0) ?? policies[0];
  if (!allowNeeded && named !== undefined) return { allowedBy: { policy: named.policy, rule: undefined } };
  return {
    cause: {
      reason: 'no_rule',
      detail: 'no rule allows this request',
      ...(named === undefined ? {} : { policy: named.policy }),
    },
  };
}

function firstDenial(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): DenialCause | undefined {
  let denial: DenialCause | undefined;
  for (const each of policies) {
    for (const rule of each.policy.denyRules) {
      const matched = ruleMatches(rule, 'deny', each, context);
      if (matched === true) denial ??= ruleDenied(each.policy, rule);
      else if (matched !== false) return { ...matched, rule };
    }
  }
  return denial;
}

function ruleDenied(policy: CompiledPolicy, rule: CompiledRule): DenialCause {
  return {
    reason: 'rule_denied',
    detail: rule.message ?? 'a rule denies this request',
    policy,
    rule,
    ...(rule.status === undefined ? {} : { status: rule.status }),
  };
}

function ruleMatches(
  rule: CompiledRule,
  effect: Effect,
  applicable: ApplicablePolicy,
  { request, identities }: EvaluationContext,
): boolean | DenialCause {
  const { policy } = applicable;
  const { trace } = request;
  if (rule.expires !== undefined && request.now >= rule.expires) {
    trace?.report({ kind: 'rule', policy, rule, effect, entries: [], result: 'expired' });
    return false;
  }
  const entries = trace && [];
  const selected = selectsWithin(rule.match, applicable, request, identities, entries);
  const outcome =
    selected === undefined || selected.failure !== undefined
      ? selected?.failure
      : rule.when === undefined ||
        holds(rule.when, applicable.activation(request, identities, selected.params), policy, trace);
  if (entries !== undefined) {
    trace?.report({ kind: 'rule', policy, rule, effect, entries, result: resultOf(outcome) });
  }
  return outcome ?? false;
}

function resultOf(outcome: boolean | DenialCause | undefined): RuleEvent['result'] {
  if (outcome === undefined) return 'not_selected';
  if (typeof outcome === 'boolean') return outcome ? 'matched' : 'false';
  return 'failed';
}
