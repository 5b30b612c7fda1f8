import { certificateHolds } from '../identity/certificate.ts';
import { matchesPrincipal } from '../identity/principal.ts';
import type { TokenResult } from '../identity/verified-token.ts';
import { principalOf } from '../request/xfcc.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { RequestContext } from './request-context.ts';
import type { ApplicablePolicy } from './select.ts';

/** `authenticate` of every policy that applies must hold; verified tokens join the hearing. */
export async function authenticate(
  policies: readonly ApplicablePolicy[],
  { request, tokens, services }: EvaluationContext,
): Promise<DenialCause | undefined> {
  for (const { policy } of policies) {
    const cause = authenticatePeer(policy, request);
    if (cause !== undefined) return cause;
  }
  for (const { policy } of policies) {
    if (policy.jwt === undefined) continue;
    const verifying = services.tokens.verify(request.attributes, policy.jwt.issuers, request.now);
    // A cached token is answered at once: then nothing waits.
    const result: TokenResult = verifying instanceof Promise ? await verifying : verifying;
    if (result.denial === undefined) tokens.add(policy, result.token);
    else if (result.denial.reason !== 'token_missing' || policy.jwt.required)
      return { ...result.denial, policy };
  }
  return undefined;
}

/** What `mtls` of one policy says of the peer; undefined: it holds. */
export function authenticatePeer(policy: CompiledPolicy, request: RequestContext): DenialCause | undefined {
  if (policy.mtls === undefined) return undefined;
  const { principals, from } = policy.mtls;
  const principal = from === 'xfcc' ? forwardedPrincipal(request) : request.attributes.source.principal;
  if (principal === '') {
    return {
      reason: 'peer_missing',
      detail: 'this service takes calls from authenticated workloads only',
      policy,
    };
  }
  const { certificate } = request.attributes.source;
  if (
    from === 'connection' &&
    certificate !== '' &&
    !certificateHolds(request.certificates.read(certificate), principal)
  ) {
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
function forwardedPrincipal({ xfcc }: RequestContext): string {
  const nearest = xfcc.at(-1);
  return nearest === undefined ? '' : principalOf(nearest);
}
