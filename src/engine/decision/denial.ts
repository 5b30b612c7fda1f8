import type { DenialCause } from './denial-cause.ts';
import type { Denial } from './outcome.ts';
import { challengeOf, REASONS } from './reasons.ts';

/** The denial for a cause, with its status and the headers that its reason requires. */
export function denialOf(cause: DenialCause): Denial {
  const { reason, detail, errors } = cause;
  const status = cause.status ?? REASONS[reason].status;
  const headers = new Map(cause.headers);
  const challenge = bearerChallenge(cause, status);
  if (challenge !== undefined && !headers.has('www-authenticate')) headers.set('www-authenticate', challenge);
  return { reason, status, detail, ...(errors && { errors }), headers, body: cause.body };
}

/** RFC 6750, section 3. The realm is a constant: callers learn no names of policies. */
function bearerChallenge({ reason, policy, scopes }: DenialCause, status: number): string | undefined {
  const row = challengeOf(reason);
  if (row === undefined) return undefined;
  const isOfScopes = row.challenge === 'insufficient_scope';
  const wanted = isOfScopes ? (scopes ?? []).filter((scope) => SCOPE.test(scope)) : [];
  if (isOfScopes ? wanted.length === 0 || status !== 403 : status !== 401) return undefined;
  const metadata = policy?.jwt?.resourceMetadata;
  return [
    'Bearer realm="lictor"',
    ...(row.challenge === 'no_error'
      ? []
      : [`error="${row.challenge}"`, `error_description="${isOfScopes ? MORE_SCOPES : row.title}"`]),
    ...(wanted.length === 0 ? [] : [`scope="${wanted.join(' ')}"`]),
    // RFC 9728, section 5.1.
    ...(metadata === undefined ? [] : [`resource_metadata="${metadata}"`]),
  ].join(', ');
}

const MORE_SCOPES = 'The token needs more scopes';

/** A `scope-token` of RFC 6749, section 3.3: a scope of another form cannot be asked for. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
