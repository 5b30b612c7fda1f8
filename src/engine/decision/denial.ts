import type { DenialCause } from './denial-cause.ts';
import type { Denial } from './outcome.ts';
import { type DenialReason, REASONS } from './reasons.ts';

/** Dresses a refusal as an answer: its status, and the headers that the reason asks for. */
export function denial(cause: DenialCause): Denial {
  const { reason, detail } = cause;
  const status = cause.status ?? REASONS[reason].status;
  const headers = new Map(cause.headers);
  if (status === 401) {
    const challenge = bearerChallenge(reason);
    if (challenge !== undefined && !headers.has('www-authenticate'))
      headers.set('www-authenticate', challenge);
  }
  return { reason, status, detail, headers, body: cause.body };
}

/**
 * RFC 6750, section 3: at least one parameter, and no error code where the request carried no token at all. The
 * realm is a constant, since names of policies are none of a caller's business.
 */
function bearerChallenge(reason: DenialReason): string | undefined {
  if (reason === 'token_missing') return CHALLENGE;
  if (!reason.startsWith('token_')) return undefined;
  const error = reason === 'token_ambiguous' ? 'invalid_request' : 'invalid_token';
  return `${CHALLENGE}, error="${error}", error_description="${REASONS[reason].title}"`;
}

const CHALLENGE = 'Bearer realm="lictor"';
