import { certificateHolds } from '../identity/certificate.ts';
import { matchesPrincipal } from '../identity/principal.ts';
import type { TokenResult } from '../identity/verified.ts';
import { principalOf } from '../request/xfcc.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import type { Facts } from './facts.ts';
import type { Hearing } from './hearing.ts';
import type { Refusal } from './refusal.ts';
import type { Applying } from './select.ts';

/** `authenticate` of every policy that applies must hold; verified tokens join the hearing. */
export async function authenticate(
  applying: readonly Applying[],
  { facts, tokens, services }: Hearing,
): Promise<Refusal | undefined> {
  for (const { policy } of applying) {
    const refusal = authenticatePeer(policy, facts);
    if (refusal !== undefined) return refusal;
  }
  for (const { policy } of applying) {
    if (policy.jwt === undefined) continue;
    const verifying = services.tokens.verify(facts.attributes, policy.jwt.issuers, facts.now);
    // A cached token is answered at once: then nothing waits.
    const result: TokenResult = verifying instanceof Promise ? await verifying : verifying;
    if (result.refusal === undefined) tokens.add(policy, result.token);
    else if (result.refusal.reason !== 'token_missing' || policy.jwt.required)
      return { ...result.refusal, policy };
  }
  return undefined;
}

/** What `mtls` of one policy says of the peer; undefined: it holds. */
export function authenticatePeer(policy: CompiledPolicy, facts: Facts): Refusal | undefined {
  if (policy.mtls === undefined) return undefined;
  const { principals, from } = policy.mtls;
  const principal = from === 'xfcc' ? forwardedPrincipal(facts) : facts.attributes.source.principal;
  if (principal === '') {
    return {
      reason: 'peer_missing',
      detail: 'this service takes calls from authenticated workloads only',
      policy,
    };
  }
  const { certificate } = facts.attributes.source;
  if (from === 'connection' && certificate !== '' && !certificateHolds(certificate, principal)) {
    return {
      reason: 'peer_untrusted',
      detail: 'the certificate does not hold the identity it was presented for',
      policy,
    };
  }
  if (principals !== undefined && !principals.some((pattern) => matchesPrincipal(pattern, principal))) {
    return { reason: 'peer_untrusted', detail: 'this workload is not among those that may call', policy };
  }
  return undefined;
}

/** Whom the nearest trusted proxy has seen. */
function forwardedPrincipal({ xfcc }: Facts): string {
  const nearest = xfcc.at(-1);
  return nearest === undefined ? '' : principalOf(nearest);
}
