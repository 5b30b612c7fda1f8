import { strict as assert } from 'node:assert';
import { decide, isAllow } from '../../src/engine/decision/decide.ts';
import type { Services } from '../../src/engine/decision/services.ts';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import { createTokenVerifier } from '../../src/engine/identity/token.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { createThrowawayKeys } from '../../src/tools/testing/throwaway-keys.ts';
import { attributes } from '../support/attributes.ts';
import { BOUNDLESS } from '../support/pending-decisions.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { setOfFiles } from '../support/policy-set.ts';
import { type Contender, type Effort, measure, table } from './measure.ts';

/** Lines of the folders: about ten rules, and more than 10,000. */
const LINES = [100, 80_000];

/** Measures a decision for the same service in a small folder and in a large one. */
export async function scalePart(effort: Effort): Promise<string> {
  const contenders = await Promise.all(LINES.map(contender));
  return table(
    'scale: CPU time of one decision, by how many rules the folder has',
    await measure(contenders, effort),
  );
}

async function contender(lines: number): Promise<Contender> {
  const set = setOfFiles(policyFolder(lines));
  const issuer = set.issuers.get('acme');
  assert(issuer !== undefined);
  const keys = createThrowawayKeys();
  const now = Date.now();
  const seconds = Math.floor(now / 1000);
  const token = await keys.sign(issuer, {
    iss: issuer.issuer,
    aud: 'services',
    sub: 'bench',
    iat: seconds,
    exp: seconds + 3600,
    scope: 's1:read',
    tenant_1: 'acme',
  });
  const request = attributes({
    host: 's1.acme.svc',
    path: '/api/s1/s1-0123abcd',
    principal: 'spiffe://acme.example/ns/s1/sa/bench',
    headers: { authorization: `Bearer ${token}` },
  });
  const services: Services = {
    clock: () => performance.timeOrigin + performance.now(),
    monotonic: () => performance.now(),
    id: () => 'bench',
    tokens: createTokenVerifier({ keys, crypto: nodeCrypto }),
    certificates: createCertificateReader(nodeCrypto),
    limits: BOUNDLESS,
    shadowLimits: BOUNDLESS,
  };
  const { decision } = await decide(request, set, services);
  assert(isAllow(decision.outcome), 'the request of the bench is allowed');
  const rules = set.policies.flatMap(({ denyRules, allowRules }) => [...denyRules, ...allowRules]).length;
  return { name: `${rules} rules`, run: () => decide(request, set, services) };
}
