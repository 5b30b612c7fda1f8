import type { Decision } from '../../src/engine/decision/decide.ts';

/** A complete denial, for tests of code that reads decisions. `fields` replaces some of its fields. */
export function aDecision(fields: Partial<Decision> = {}): Decision {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    time: Date.parse('2026-06-01T12:00:00.123Z') + 0.456,
    duration: 41.4,
    outcome: {
      reason: 'no_rule',
      status: 403,
      detail: 'no rule allows this',
      headers: new Map(),
      body: undefined,
    },
    reason: 'no_rule',
    status: 403,
    policy: 'orders-api',
    rule: '',
    revision: { commit: 'a'.repeat(40), digest: `sha256:${'b'.repeat(64)}`, dirty: false, source: 'git' },
    revisionText: 'a'.repeat(40),
    environment: '',
    request: {
      id: 'req-1',
      method: 'GET',
      host: 'orders.acme.svc',
      path: '/api/orders/42',
      grpc: false,
      traceparent: '',
    },
    source: { principal: 'spiffe://acme.example/ns/shop/sa/web', address: '10.0.0.7' },
    destination: { principal: 'spiffe://acme.example/ns/shop/sa/orders' },
    caller: undefined,
    jwt: undefined,
    controls: [],
    limits: [],
    shadow: [],
    recordable: undefined,
    fault: undefined,
    ...fields,
  };
}
