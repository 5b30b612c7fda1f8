import type { Activation } from '../../src/cel/interpret/program.ts';
import { RequestContext } from '../../src/engine/decision/request-context.ts';
import { type Asked, attributes } from './attributes.ts';
import { barePolicy } from './bare-policy.ts';

/** What the expressions of a policy without anything of its own see of a request without a token. */
export function seenOf(asked: Asked): Activation {
  const facts = new RequestContext(attributes(asked), 0, { revisionText: 'r', data: {}, env: {} });
  return facts.activation(barePolicy('p'), undefined);
}
