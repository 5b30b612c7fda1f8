import type { Activation } from '../../src/cel/interpret/program.ts';
import { Facts } from '../../src/engine/decision/facts.ts';
import { type Asked, attributes } from './attributes.ts';
import { barePolicy } from './bare-policy.ts';

/** The activation of a request without a token, for a policy without variables and parameters. */
export function seenOf(asked: Asked): Activation {
  const facts = new Facts(attributes(asked), 0, { revisionText: 'r', data: {}, env: {} });
  return facts.activation(barePolicy('p'), undefined);
}
