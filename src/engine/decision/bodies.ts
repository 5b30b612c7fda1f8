import type { BodySchema } from '../schema/body-schema.ts';
import type { Facts } from './facts.ts';
import type { Hearing } from './hearing.ts';
import type { Refusal } from './refusal.ts';
import { type Applying, selectsWithin } from './select.ts';

/** Every schema that selects the request must accept its body. */
export function checkBodies(applying: readonly Applying[], { facts, tokens }: Hearing): Refusal | undefined {
  for (const each of applying) {
    const { policy } = each;
    for (const schema of policy.schemas) {
      const selected = selectsWithin(schema.match, each, facts, tokens.of(policy));
      if (selected === undefined) continue;
      if (selected.failure !== undefined) return selected.failure;
      const refusal = checkBody(schema.body, facts);
      if (refusal !== undefined) return { ...refusal, policy };
    }
  }
  return undefined;
}

function checkBody(schema: BodySchema, facts: Facts): Pick<Refusal, 'reason' | 'detail'> | undefined {
  const { body, size } = facts.attributes.request;
  // A declared size counts as well: the proxy may have sent a part only.
  if (schema.maxBytes !== undefined && Math.max(body.bytes.length, size) > schema.maxBytes) {
    return { reason: 'body_too_large', detail: `the body is longer than ${schema.maxBytes} bytes` };
  }
  const read = facts.body;
  return read.refusal ?? schema.validate(read.value);
}
