import { EvaluationError } from '../../cel/interpret/program.ts';
import { isDenialStatus } from '../set/denial-status.ts';
import { type MatchEntryResult, type Params } from '../set/match.ts';
import type { CompiledPolicy, CompiledRule, ResponseValue } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import { type EvaluationResult, evaluate, holds, policyError } from './evaluate.ts';
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
  const lacking = policies.flatMap((each) => {
    const { refusedBy } = each;
    return (refusedBy && each.scopesLacked(refusedBy, context.identities)) ?? [];
  });
  return {
    cause: {
      reason: 'no_rule',
      detail: 'no rule allows this request',
      ...(named === undefined ? {} : { policy: named.policy }),
      ...(lacking.length === 0 ? {} : { scopes: lacking }),
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
      const matched = ruleMatches(rule, 'deny', each, context, denial === undefined ? ruleDenied : undefined);
      if (typeof matched === 'boolean') continue;
      if (matched.reason !== 'rule_denied') return { ...matched, rule };
      denial = matched;
    }
  }
  return denial;
}

/** The denial by a rule that matches; that of its status or message if one of them fails. */
function ruleDenied(
  rule: CompiledRule,
  applicable: ApplicablePolicy,
  context: EvaluationContext,
  params: Params,
): DenialCause {
  const { policy } = applicable;
  const status = valueOf(rule.status, applicable, context, params);
  if (status.cause !== undefined) return status.cause;
  const message = valueOf(rule.message, applicable, context, params);
  if (message.cause !== undefined) return message.cause;
  const { value } = status;
  if (value !== undefined && (typeof value !== 'number' || !isDenialStatus(value))) {
    const fault = `the status of rule ${rule.name} is not one that Envoy sends for a denial`;
    return policyError(policy, new EvaluationError(fault));
  }
  return {
    reason: 'rule_denied',
    detail: typeof message.value === 'string' && message.value !== '' ? message.value : NO_MESSAGE,
    policy,
    rule,
    ...(value === undefined ? {} : { status: value }),
  };
}

const NO_MESSAGE = 'a rule denies this request';

function valueOf(
  wanted: number | ResponseValue | undefined,
  applicable: ApplicablePolicy,
  { request, identities }: EvaluationContext,
  params: Params,
): EvaluationResult {
  if (typeof wanted !== 'object') return { value: wanted };
  const activation = applicable.activation(request, identities, params);
  return evaluate(wanted, activation, applicable.policy, request.trace);
}

/**
 * True if a rule matches, or else the denial of an expression that fails. `denial` makes the denial of a rule that
 * matches, which is then the result.
 */
export function ruleMatches(
  rule: CompiledRule,
  effect: Effect,
  applicable: ApplicablePolicy,
  context: EvaluationContext,
  denial?: typeof ruleDenied,
): boolean | DenialCause {
  const { policy } = applicable;
  const { request, identities } = context;
  const { trace } = request;
  if (rule.expires !== undefined && request.now >= rule.expires) {
    trace?.report({ kind: 'rule', policy, rule, effect, entries: [], result: 'expired', identity: NOBODY });
    return false;
  }
  const entries = trace && [];
  const outcome = outcomeOf(rule, applicable, context, entries, denial);
  if (outcome === 'other_caller' && effect === 'allow' && rule.callers?.namesScopes === true)
    applicable.refusedBy ??= rule.callers;
  if (trace !== undefined && entries !== undefined) {
    const identity = { token: applicable.tokenOf(identities), caller: applicable.callerOf(identities) };
    trace.report({ kind: 'rule', policy, rule, effect, entries, result: resultOf(outcome), identity });
  }
  return typeof outcome === 'string' ? false : outcome;
}

/** Result of the match, the callers and the condition of a rule, of which each is evaluated if those before it hold. */
function outcomeOf(
  rule: CompiledRule,
  applicable: ApplicablePolicy,
  context: EvaluationContext,
  entries: MatchEntryResult[] | undefined,
  denial: typeof ruleDenied | undefined,
): boolean | 'not_selected' | 'other_caller' | DenialCause {
  const { match, callers, when } = rule;
  const { request, identities } = context;
  const selected = selectsWithin(match, applicable, request, identities, entries);
  if (selected === undefined) return 'not_selected';
  if (selected.failure !== undefined) return selected.failure;
  if (callers !== undefined && !applicable.admits(callers, identities)) return 'other_caller';
  const { params } = selected;
  const matched =
    when === undefined ||
    holds(when, applicable.activation(request, identities, params), applicable.policy, request.trace);
  return matched === true && denial !== undefined ? denial(rule, applicable, context, params) : matched;
}

function resultOf(outcome: ReturnType<typeof outcomeOf>): RuleEvent['result'] {
  if (typeof outcome === 'boolean') return outcome ? 'matched' : 'false';
  if (typeof outcome === 'string') return outcome;
  return outcome.reason === 'rule_denied' ? 'matched' : 'failed';
}
