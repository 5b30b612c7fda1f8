import { strict as assert } from 'node:assert';
import { decide } from '../../src/engine/decision/decide.ts';
import type { Services } from '../../src/engine/decision/services.ts';
import type { DecisionTrace } from '../../src/engine/decision/trace.ts';
import { type Check, createCheck } from '../../src/engine/envoy/check.ts';
import { decodeCheck } from '../../src/engine/envoy/decode.ts';
import { encodeCheck } from '../../src/engine/envoy/encode.ts';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import { createTokenVerifier } from '../../src/engine/identity/token.ts';
import { createLocalStore } from '../../src/engine/limit/local-store.ts';
import type { PolicySet } from '../../src/engine/set/policy-set.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { decodeText } from '../../src/node/decode-text.ts';
import { createThrowawayKeys } from '../../src/tools/testing/throwaway-keys.ts';
import { memoryFiles } from '../policy/memory-files.ts';
import { decodeCheckResponse, encodeCheckRequest } from '../support/check-messages.ts';
import { compileFolder } from '../support/compile.ts';
import { type Contender, type Effort, measure, table } from './measure.ts';

const OPEN = `
apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
  rules: [{name: all, effect: allow}]
`;

/** The typical policy: mTLS, a cached token, five rules, a local limit. */
const TYPICAL = `
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: https://id.acme.example, audiences: [orders], keys: {jwksUri: "https://id.acme.example/jwks"}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc], paths: ["/api/orders/{order_id}"]}]
  authenticate:
    mtls: {principals: ["spiffe://acme.example/ns/shop/sa/*"]}
    jwt: {issuers: [acme]}
  rules:
    - {name: no-trace, effect: deny, when: request.method == 'TRACE'}
    - {name: no-export, effect: deny, when: request.url_path.endsWith('/export')}
    - {name: place, effect: allow, match: [{methods: [POST]}], when: "'orders:write' in jwt.scopes"}
    - {name: cancel, effect: allow, when: "request.method == 'DELETE' && source.spiffe.namespace == 'shop'"}
    - {name: read, effect: allow, when: "'orders:read' in jwt.scopes && jwt.claims.tenant == 'acme'"}
  limits: [{name: per-caller, key: [source.principal], rate: 100000000/s}]
`;

/** Traces as tools pass them; serving passes none. */
const STEPS: DecisionTrace = { wantsParts: false, report: () => {} };
const PARTS: DecisionTrace = { wantsParts: true, report: () => {} };

const NOBODY_STOPS_WAITING = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };

/** Measures one check without the transport: as a whole, and by step. */
export async function checkPart(effort: Effort): Promise<string> {
  const keys = createThrowawayKeys();
  const typical = policySet(TYPICAL);
  const request = await requestBytes(typical, keys);
  const services: Services = {
    clock: () => performance.timeOrigin + performance.now(),
    id: () => crypto.randomUUID(),
    tokens: createTokenVerifier({ keys, crypto: nodeCrypto }),
    certificates: createCertificateReader(nodeCrypto),
    limits: createLocalStore({ maxBuckets: 1000, digest: nodeCrypto.sha256 }),
    shadowLimits: createLocalStore({ maxBuckets: 1000, digest: nodeCrypto.sha256 }),
  };
  const { attributes } = decodeCheck(request, decodeText);
  assert(attributes !== undefined, 'the request of the bench can be decoded');
  const { decision } = await decide(attributes, typical, services);
  const open = handler(policySet(OPEN), services);
  const whole = handler(typical, services);
  for (const check of [open, whole]) {
    const answer = decodeCheckResponse(await check.handle(request, NOBODY_STOPS_WAITING));
    assert.equal(answer.status?.code ?? 0, 0, 'the request of the bench is allowed');
  }
  const contenders: readonly Contender[] = [
    { name: 'open policy, whole', run: () => open.handle(request, NOBODY_STOPS_WAITING) },
    { name: 'typical policy, whole', run: () => whole.handle(request, NOBODY_STOPS_WAITING) },
    { name: '  decode', run: () => decodeCheck(request, decodeText) },
    { name: '  decide', run: () => decide(attributes, typical, services) },
    { name: '  decide, with a trace', run: () => decide(attributes, typical, services, undefined, STEPS) },
    { name: '  decide, with parts', run: () => decide(attributes, typical, services, undefined, PARTS) },
    { name: '  encode', run: () => encodeCheck(decision) },
  ];
  return table('check: CPU time of one Check without the transport', await measure(contenders, effort));
}

function handler(set: PolicySet, services: Services): Check {
  return createCheck({
    ...services,
    decodeText,
    decide: (attributes, deadline) => decide(attributes, set, services, deadline),
    set: () => set,
    deadline: 1000,
    maxInflight: 10_000,
    onDecision: () => {},
    schedule: setImmediate,
  });
}

function policySet(text: string): PolicySet {
  const { set, diagnostics } = compileFolder(memoryFiles({ 'policy.yaml': text }));
  assert(set !== undefined, diagnostics.map(({ message }) => message).join('; '));
  const commit = 'c0ffee'.padEnd(40, '0');
  return {
    ...set,
    revision: { commit, digest: 'sha256:', dirty: false, source: 'git' },
    revisionText: commit,
  };
}

async function requestBytes(
  set: PolicySet,
  keys: ReturnType<typeof createThrowawayKeys>,
): Promise<Uint8Array> {
  const issuer = set.issuers.get('acme');
  assert(issuer !== undefined);
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer.issuer,
    aud: 'orders',
    sub: 'web',
    iat,
    exp: iat + 3600,
    scope: 'orders:read',
    tenant: 'acme',
  };
  return encodeCheckRequest({
    attributes: {
      source: {
        principal: 'spiffe://acme.example/ns/shop/sa/web',
        address: { socketAddress: { address: '10.0.0.7', portValue: 40_000 } },
      },
      destination: { address: { socketAddress: { address: '10.0.0.8', portValue: 8443 } } },
      request: {
        time: { seconds: iat, nanos: 0 },
        http: {
          id: '7',
          method: 'GET',
          host: 'orders.acme.svc',
          path: '/api/orders/42?full=1',
          scheme: 'https',
          protocol: 'HTTP/2',
          headers: {
            authorization: `Bearer ${await keys.sign(issuer, claims)}`,
            accept: '*/*',
            'user-agent': 'bench/1',
            'x-request-id': 'c5f5c2f4-8d2a-4b8e-9a63-0b8f3d1f0001',
            'x-forwarded-for': '10.0.0.7',
            'x-forwarded-proto': 'https',
          },
        },
      },
    },
  });
}
