import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';

/**
 * The denial if the request lacks a header that an applicable policy requires, or has it without a value: the first, by
 * policy and in the order of the document. The first step, since every later one may read these headers, limits of the
 * first phase included.
 */
export function requireHeaders(
  policies: readonly ApplicablePolicy[],
  { request }: EvaluationContext,
): DenialCause | undefined {
  const { headers } = request.attributes.request;
  for (const { policy } of policies) {
    for (const name of policy.requiredHeaders) {
      const value = headers.get(name);
      const cause = value === undefined || value === '' ? headerMissing(name, value, policy) : undefined;
      request.trace?.report({ kind: 'header', policy, name, cause });
      if (cause !== undefined) return cause;
    }
  }
  return undefined;
}

function headerMissing(
  name: string,
  value: string | undefined,
  policy: ApplicablePolicy['policy'],
): DenialCause {
  const detail =
    value === undefined ? `the header \`${name}\` is missing` : `the header \`${name}\` is empty`;
  return { reason: 'header_missing', detail, policy };
}
