import type { PeerResult } from '../identity/peer.ts';
import { matchesPrincipal } from '../identity/principal.ts';
import type { TokenResult } from '../identity/verified-token.ts';
import type { JwtRequirement, MtlsRequirement } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { type Awaitable, firstOf } from './first-of.ts';
import type { Caller } from './identities.ts';

/** `authenticate` of every applicable policy must hold; verified tokens and accepted peers are added to the context. */
export function authenticate(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  for (const each of policies) {
    const { mtls } = each.policy;
    if (mtls === undefined) continue;
    const cause = authenticatePeer(each, mtls, context);
    if (cause !== undefined) return cause;
  }
  return firstOf(policies, verifyToken, context);
}

/** A token that was verified before is verified at once: then nothing waits. */
function verifyToken(
  applicable: ApplicablePolicy,
  context: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  const { jwt } = applicable.policy;
  if (jwt === undefined) return undefined;
  const { attributes, now } = context.request;
  const result = context.services.tokens.verify(attributes, jwt.issuers, now);
  if (result instanceof Promise) return result.then((late) => takeToken(late, applicable, jwt, context));
  return takeToken(result, applicable, jwt, context);
}

function authenticatePeer(
  applicable: ApplicablePolicy,
  requirement: MtlsRequirement,
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  const { policy } = applicable;
  const peer = requirement.from === 'xfcc' ? request.forwardedPeer : request.peer;
  const denial = peerDenial(peer, requirement);
  const cause = denial && { ...denial, policy };
  const principal = peer.principal ?? '';
  request.trace?.report({ kind: 'authentication', requirement: 'mtls', policy, principal, cause });
  if (cause !== undefined) return cause;
  const caller: Caller = { principal, via: requirement.from };
  applicable.caller = caller;
  identities.addCaller(caller);
  return undefined;
}

function peerDenial(
  { principal, denial }: PeerResult,
  { principals }: MtlsRequirement,
): Pick<DenialCause, 'reason' | 'detail'> | undefined {
  if (denial !== undefined) return denial;
  if (principal === '') return PEER_MISSING;
  if (principals === undefined) return undefined;
  for (const pattern of principals) if (matchesPrincipal(pattern, principal)) return undefined;
  return PEER_NOT_ALLOWED;
}

const PEER_MISSING = {
  reason: 'peer_missing',
  detail: 'this service takes calls from authenticated workloads only',
} as const;

const PEER_NOT_ALLOWED = {
  reason: 'peer_untrusted',
  detail: 'this workload is not among those that may call',
} as const;

function takeToken(
  { token, denial }: TokenResult,
  applicable: ApplicablePolicy,
  { required }: JwtRequirement,
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  const { policy } = applicable;
  const cause = denial && { ...denial, policy };
  request.trace?.report({ kind: 'authentication', requirement: 'jwt', policy, token, required, cause });
  if (token !== undefined) {
    applicable.token = token;
    identities.addToken(token);
  }
  return denial?.reason === 'token_missing' && !required ? undefined : cause;
}
