import type { Activation } from '../../src/cel/interpret/program.ts';
import { PolicyActivation } from '../../src/engine/decision/activation.ts';
import { RequestContext } from '../../src/engine/decision/request-context.ts';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { type Asked, attributes } from './attributes.ts';
import { barePolicy } from './bare-policy.ts';

/** The activation of an empty policy for a request without a token. */
export function seenOf(asked: Asked): Activation {
  const folder = { revisionText: 'r', data: {}, env: {} };
  const facts = new RequestContext(attributes(asked), 0, folder, {
    certificates: createCertificateReader(nodeCrypto),
  });
  return new PolicyActivation(facts, barePolicy('p'), undefined, undefined);
}
