import type { BodySchema } from '../schema/body-schema.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { RequestContext } from './request-context.ts';
import { type ApplicablePolicy, selectsWithin } from './select.ts';

/** Every schema that selects the request must accept its body. */
export function checkBodies(
  policies: readonly ApplicablePolicy[],
  { request, tokens }: EvaluationContext,
): DenialCause | undefined {
  for (const each of policies) {
    const { policy } = each;
    for (const schema of policy.schemas) {
      const selected = selectsWithin(schema.match, each, request, tokens.of(policy));
      if (selected === undefined) continue;
      if (selected.failure !== undefined) return selected.failure;
      const cause = checkBody(schema.body, request);
      if (cause !== undefined) return { ...cause, policy };
    }
  }
  return undefined;
}

function checkBody(
  schema: BodySchema,
  request: RequestContext,
): Pick<DenialCause, 'reason' | 'detail'> | undefined {
  const { body, size } = request.attributes.request;
  // A declared size counts as well: the proxy may have sent a part only.
  if (schema.maxBytes !== undefined && Math.max(body.bytes.length, size) > schema.maxBytes) {
    return { reason: 'body_too_large', detail: `the body is longer than ${schema.maxBytes} bytes` };
  }
  const read = request.body;
  return read.denial ?? schema.validate(read.value);
}
