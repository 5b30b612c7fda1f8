import { UNCOUNTED } from '../limit/uncounted-store.ts';
import type { CompiledPolicy, CompiledShadowRule } from '../set/policy-set.ts';
import { denyAmbiguousHeader } from './ambiguous-header.ts';
import { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { Identities, type Identity } from './identities.ts';
import { LimitReservations } from './limit-reservations.ts';
import type { ShadowVerdict } from './outcome.ts';
import { evaluatePolicies, type Verdict } from './pipeline.ts';
import type { RequestContext } from './request-context.ts';
import { RuleTrace } from './rule-trace.ts';
import { ruleMatches } from './rules.ts';

/** The decision that shadow rules are tried against. */
export interface ActualVerdict {
  readonly policies: readonly ApplicablePolicy[];
  readonly verdict: Verdict;
  /** True for a shadow policy, which allows what nothing denies if it has no allow rule. */
  readonly isAlone: boolean;
  /** The identity that was known before authentication. */
  readonly known: Identity;
  readonly context: EvaluationContext;
}

/** True if one of the policies has a shadow rule. */
export function haveShadowRules(policies: readonly ApplicablePolicy[]): boolean {
  for (const { policy } of policies) if (policy.shadowRules.length > 0) return true;
  return false;
}

/**
 * For each shadow rule of the policies, the decision as it would be if the rule were in `enforce` mode and everything
 * else the same. Limits are not counted again: their result is that of the actual decision.
 */
export async function evaluateShadowRules(actual: ActualVerdict): Promise<readonly ShadowVerdict[]> {
  const verdicts: ShadowVerdict[] = [];
  for (const applicable of actual.policies) {
    const { policy } = applicable;
    for (const shadow of policy.shadowRules) {
      const cause = await causeWith(shadow, applicable, actual);
      actual.context.request.trace?.report({ kind: 'verdict', shadow: policy, cause });
      const named = { of: 'rule', policy: policy.name, rule: shadow.rule.name } as const;
      verdicts.push(
        cause === undefined
          ? { ...named, decision: 'allow', reason: 'allowed' }
          : { ...named, decision: 'deny', reason: cause.reason },
      );
    }
  }
  return verdicts;
}

/** The denial with the rule enforced; undefined: the request is allowed. */
async function causeWith(
  shadow: CompiledShadowRule,
  applicable: ApplicablePolicy,
  actual: ActualVerdict,
): Promise<DenialCause | undefined> {
  const { verdict, context } = actual;
  const { cause } = verdict;
  if (cause?.reason === 'rate_limited') return cause;
  if (cause !== undefined && verdict.isBeforeRules && !mayAcceptPeer(shadow, cause)) return cause;
  const { request } = context;
  const ambiguous = denyAmbiguousHeader(shadow.headers, applicable.policy, request.attributes.request);
  if (ambiguous !== undefined) return ambiguous;
  const isUsual = !shadow.concernsAll && request.trace === undefined;
  if (isUsual && !ruleMatches(shadow.rule, shadow.effect, applicable, context)) return cause;
  return (await verdictWith(shadow, applicable, actual)).cause;
}

/** True if the policy with the rule may accept a peer that it refuses without. */
function mayAcceptPeer({ concernsAll }: CompiledShadowRule, { reason }: DenialCause): boolean {
  return concernsAll && (reason === 'peer_missing' || reason === 'peer_untrusted');
}

function verdictWith(
  shadow: CompiledShadowRule,
  applicable: ApplicablePolicy,
  { policies, isAlone, known, context: { request, services } }: ActualVerdict,
) {
  const { enforced } = shadow;
  const tried = policies.map((each) => copyOf(each, each === applicable ? enforced : each.policy));
  const context: EvaluationContext = {
    request: tracedRule(request, shadow, applicable.policy),
    identities: new Identities(known),
    reservations: new LimitReservations(UNCOUNTED, services.monotonic),
    services,
  };
  return evaluatePolicies(tried, context, !isAlone || enforced.allowRules.length > 0);
}

function copyOf({ selected }: ApplicablePolicy, policy: CompiledPolicy): ApplicablePolicy {
  const copy = new ApplicablePolicy(policy);
  copy.selected = selected;
  return copy;
}

/** The request with a trace that reports the shadow rule alone: the other steps have been reported. */
function tracedRule(
  request: RequestContext,
  { rule }: CompiledShadowRule,
  policy: CompiledPolicy,
): RequestContext {
  const { trace } = request;
  return trace === undefined ? request : request.tracedBy(new RuleTrace(trace, rule, policy));
}
