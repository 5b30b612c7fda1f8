import type { PeerResult } from '../identity/peer.ts';
import { matchesPrincipal } from '../identity/principal.ts';
import type { TokenResult } from '../identity/verified-token.ts';
import type { CompiledPolicy, JwtRequirement, MtlsRequirement } from '../set/policy-set.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { ApplicablePolicy } from './select.ts';

/** `authenticate` of every applicable policy must hold; verified tokens and accepted peers are added to the context. */
export async function authenticate(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): Promise<DenialCause | undefined> {
  for (const { policy } of policies) {
    if (policy.mtls === undefined) continue;
    const cause = authenticatePeer(policy, policy.mtls, context);
    if (cause !== undefined) return cause;
  }
  for (const { policy } of policies) {
    if (policy.jwt === undefined) continue;
    const { attributes, now } = context.request;
    const verifying = context.services.tokens.verify(attributes, policy.jwt.issuers, now);
    // A cached token is verified at once: then nothing waits.
    const result = verifying instanceof Promise ? await verifying : verifying;
    const cause = takeToken(result, policy, policy.jwt, context);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function authenticatePeer(
  policy: CompiledPolicy,
  requirement: MtlsRequirement,
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  const peer = requirement.from === 'xfcc' ? request.forwardedPeer : request.peer;
  const denial = peerDenial(peer, requirement);
  const cause = denial && { ...denial, policy };
  const principal = peer.principal ?? '';
  request.trace?.report({ kind: 'authentication', requirement: 'mtls', policy, principal, cause });
  if (cause === undefined) identities.addCaller(policy, { principal, via: requirement.from });
  return cause;
}

function peerDenial(
  { principal, denial }: PeerResult,
  { principals }: MtlsRequirement,
): Pick<DenialCause, 'reason' | 'detail'> | undefined {
  if (denial !== undefined) return denial;
  if (principal === '') return PEER_MISSING;
  if (principals === undefined || principals.some((pattern) => matchesPrincipal(pattern, principal))) {
    return undefined;
  }
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
  policy: CompiledPolicy,
  { required }: JwtRequirement,
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  const cause = denial && { ...denial, policy };
  request.trace?.report({ kind: 'authentication', requirement: 'jwt', policy, token, required, cause });
  if (token !== undefined) identities.addToken(policy, token);
  return denial?.reason === 'token_missing' && !required ? undefined : cause;
}
