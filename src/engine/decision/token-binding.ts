import { CERTIFICATE_MALFORMED } from '../identity/peer.ts';
import { bindingDenial } from '../identity/token-binding.ts';
import type { VerifiedToken } from '../identity/verified-token.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { RequestContext } from './request-context.ts';

/**
 * The denial of a token that is not bound to the certificate of the caller: that of the connection, or the one that the
 * nearest trusted proxy reports where the caller is its client. Peers are authenticated before tokens.
 */
export function unboundToken(
  { claims }: VerifiedToken,
  applicable: ApplicablePolicy,
  { request, identities }: EvaluationContext,
): Pick<DenialCause, 'reason' | 'detail'> | undefined {
  const isForwarded = applicable.callerOf(identities)?.via === 'xfcc';
  const digest = isForwarded ? forwardedDigest(request) : connectionDigest(request);
  return digest === undefined ? CERTIFICATE_MALFORMED : bindingDenial(claims, digest);
}

/** Empty without a certificate; undefined for one that cannot be read. */
function connectionDigest({ attributes, certificates }: RequestContext): string | undefined {
  const { certificate } = attributes.source;
  return certificate === '' ? '' : certificates.read(certificate)?.sha256;
}

/** A header that cannot be read has no caller. */
function forwardedDigest({ xfcc }: RequestContext): string {
  return xfcc.elements?.at(-1)?.hash ?? '';
}
