import type { Activation } from '../../src/cel/interpret/program.ts';
import { Facts } from '../../src/engine/decision/facts.ts';
import { type Asked, attributes } from './attributes.ts';
import { barePolicy } from './bare-policy.ts';

/** What the expressions of a policy without anything of its own see of a request without a token. */
export function seenOf(asked: Asked): Activation {
  const facts = new Facts(attributes(asked), 0, { revisionText: 'r', data: {}, env: {} });
  return facts.activation(barePolicy('p'), undefined);
}
