import type { DenialCause } from './denial-cause.ts';
import type { Denial } from './outcome.ts';
import { challengeOf, type DenialReason, REASONS } from './reasons.ts';

/** The denial for a cause, with its status and the headers that its reason requires. */
export function denialOf(cause: DenialCause): Denial {
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

/** The realm is a constant: callers learn no names of policies. */
function bearerChallenge(reason: DenialReason): string | undefined {
  const row = challengeOf(reason);
  if (row === undefined) return undefined;
  if (row.challenge === 'no_error') return CHALLENGE;
  return `${CHALLENGE}, error="${row.challenge}", error_description="${row.title}"`;
}

const CHALLENGE = 'Bearer realm="lictor"';
