import type { MatchEntryResult } from '../set/match.ts';
import type { CompiledPolicy, CompiledRule } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import { holds } from './evaluate.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { NOBODY } from './identities.ts';
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
  context: EvaluationContext,
): boolean | DenialCause {
  const { policy } = applicable;
  const { request, identities } = context;
  const { trace } = request;
  if (rule.expires !== undefined && request.now >= rule.expires) {
    trace?.report({ kind: 'rule', policy, rule, effect, entries: [], result: 'expired', identity: NOBODY });
    return false;
  }
  const entries = trace && [];
  const outcome = outcomeOf(rule, applicable, context, entries);
  if (trace !== undefined && entries !== undefined) {
    const identity = { token: applicable.tokenOf(identities), caller: applicable.callerOf(identities) };
    trace.report({ kind: 'rule', policy, rule, effect, entries, result: resultOf(outcome), identity });
  }
  return typeof outcome === 'string' ? false : outcome;
}

/** Result of the match, the callers and the condition of a rule, of which each is evaluated if those before it hold. */
function outcomeOf(
  { match, callers, when }: CompiledRule,
  applicable: ApplicablePolicy,
  { request, identities }: EvaluationContext,
  entries: MatchEntryResult[] | undefined,
): boolean | 'not_selected' | 'other_caller' | DenialCause {
  const selected = selectsWithin(match, applicable, request, identities, entries);
  if (selected === undefined) return 'not_selected';
  if (selected.failure !== undefined) return selected.failure;
  if (callers !== undefined && !applicable.admits(callers, identities)) return 'other_caller';
  if (when === undefined) return true;
  const activation = applicable.activation(request, identities, selected.params);
  return holds(when, activation, applicable.policy, request.trace);
}

function resultOf(outcome: ReturnType<typeof outcomeOf>): RuleEvent['result'] {
  if (typeof outcome === 'boolean') return outcome ? 'matched' : 'false';
  return typeof outcome === 'string' ? outcome : 'failed';
}
