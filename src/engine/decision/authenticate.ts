import type { PeerResult } from '../identity/peer.ts';
import type { TokenResult } from '../identity/verified-token.ts';
import { holdsPrincipal } from '../set/callers.ts';
import type { CompiledPolicy, JwtRequirement, MtlsRequirement } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { type Awaitable, firstOf } from './first-of.ts';
import type { Caller } from './identities.ts';
import { unboundToken } from './token-binding.ts';
import type { DecisionTrace } from './trace.ts';

/**
 * `authenticate` of every applicable policy must hold; verified tokens and accepted peers are added to the context. If
 * none has `mtls`, a peer that one of them names is required where they have `namedPeers`.
 */
export function authenticate(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): Awaitable<DenialCause | undefined> {
  let naming: ApplicablePolicy | undefined;
  for (const each of policies) {
    const { mtls, namedPeers } = each.policy;
    if (namedPeers !== undefined) naming ??= each;
    if (mtls === undefined) continue;
    const cause = authenticatePeer(each, mtls, context);
    if (cause !== undefined) return cause;
  }
  const cause = naming && requireNamedPeer(naming.policy, policies, context);
  return cause ?? firstOf(policies, verifyToken, context);
}

/**
 * The denial, by the first policy that names peers, if no policy authenticates a peer and that of the connection is
 * named by none of them. A peer that another policy of the request names is accepted: it may have rules for other
 * callers.
 */
function requireNamedPeer(
  first: CompiledPolicy,
  policies: readonly ApplicablePolicy[],
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  const known = identities.caller;
  const denial = known === undefined ? namedPeerDenial(request.peer, policies) : undefined;
  const cause = denial && { ...denial, policy: first };
  const principal = known?.principal ?? request.peer.principal ?? '';
  if (request.trace !== undefined) reportNamedPeers(request.trace, policies, principal, cause);
  if (cause === undefined && known === undefined) identities.addCaller({ principal, via: 'connection' });
  return cause;
}

function reportNamedPeers(
  trace: DecisionTrace,
  policies: readonly ApplicablePolicy[],
  principal: string,
  cause: DenialCause | undefined,
): void {
  for (const { policy } of policies) {
    if (policy.namedPeers === undefined) continue;
    trace.report({ kind: 'authentication', requirement: 'mtls', policy, principal, cause });
  }
}

function namedPeerDenial(
  { principal, denial }: PeerResult,
  policies: readonly ApplicablePolicy[],
): Pick<DenialCause, 'reason' | 'detail'> | undefined {
  if (denial !== undefined) return denial;
  if (principal === '') return PEER_MISSING;
  for (const { policy } of policies) {
    if (policy.namedPeers !== undefined && holdsPrincipal(policy.namedPeers, principal)) return undefined;
  }
  return PEER_NOT_ALLOWED;
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
  return principals === undefined || holdsPrincipal(principals, principal) ? undefined : PEER_NOT_ALLOWED;
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
  result: TokenResult,
  applicable: ApplicablePolicy,
  { required, bind }: JwtRequirement,
  context: EvaluationContext,
): DenialCause | undefined {
  const { policy } = applicable;
  const { request, identities } = context;
  const unbound =
    bind === undefined || result.token === undefined
      ? undefined
      : unboundToken(result.token, applicable, context);
  const denial = result.denial ?? unbound;
  const token = denial === undefined ? result.token : undefined;
  const cause = denial && { ...denial, policy };
  request.trace?.report({ kind: 'authentication', requirement: 'jwt', policy, token, required, cause });
  if (token !== undefined) {
    applicable.token = token;
    identities.addToken(token);
  }
  return denial?.reason === 'token_missing' && !required ? undefined : cause;
}
