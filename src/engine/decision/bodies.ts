import type { BodySchema } from '../schema/body-schema.ts';
import type { CompiledSchema } from '../set/policy-set.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { RequestContext } from './request-context.ts';
import { selectsWithin } from './select.ts';

/** Every schema that selects the request must accept its body. */
export function checkBodies(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): DenialCause | undefined {
  for (const each of policies) {
    for (const schema of each.policy.schemas) {
      const cause = checkSchema(schema, each, context);
      if (cause !== undefined) return cause;
    }
  }
  return undefined;
}

function checkSchema(
  schema: CompiledSchema,
  applicable: ApplicablePolicy,
  { request, identities }: EvaluationContext,
): DenialCause | undefined {
  const { policy } = applicable;
  const { trace } = request;
  const entries = trace && [];
  const selected = selectsWithin(schema.match, applicable, request, identities, entries);
  const denial =
    selected === undefined || selected.failure !== undefined ? undefined : checkBody(schema.body, request);
  const cause = denial === undefined ? selected?.failure : { ...denial, policy };
  if (entries !== undefined) {
    const unselected = selected === undefined ? 'not_selected' : 'failed';
    const judged = denial === undefined ? 'accepted' : 'denied';
    const result = selected?.params === undefined ? unselected : judged;
    trace?.report({ kind: 'schema', policy, schema, entries, result, cause });
  }
  return cause;
}

function checkBody(
  schema: BodySchema,
  request: RequestContext,
): Pick<DenialCause, 'reason' | 'detail' | 'errors'> | undefined {
  const { body, size } = request.attributes.request;
  // A declared length counts as well: the proxy may have sent a part only.
  if (schema.maxBytes !== undefined && Math.max(body.bytes.length, size) > schema.maxBytes) {
    return { reason: 'body_too_large', detail: `the body is longer than ${schema.maxBytes} bytes` };
  }
  const read = request.body;
  return read.denial ?? schema.validate(read.value);
}
