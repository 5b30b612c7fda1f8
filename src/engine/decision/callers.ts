import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/** `from` and `except` of every applicable policy must let the caller through. */
export function checkCallers(
  policies: readonly ApplicablePolicy[],
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  for (const each of policies) {
    const { policy } = each;
    if (policy.callers === undefined) continue;
    const cause = each.admits(policy.callers, identities)
      ? undefined
      : { ...NOT_ALLOWED, policy, ...lackOf(each.scopesLacked(policy.callers, identities)) };
    if (request.trace !== undefined) {
      const identity = { token: each.tokenOf(identities), caller: each.callerOf(identities) };
      request.trace.report({ kind: 'authentication', requirement: 'from', policy, identity, cause });
    }
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function lackOf(scopes: readonly string[] | undefined): Pick<DenialCause, 'scopes'> {
  return scopes === undefined ? {} : { scopes };
}

const NOT_ALLOWED = {
  reason: 'caller_not_allowed',
  detail: 'this caller is not among those that may call',
} as const;
