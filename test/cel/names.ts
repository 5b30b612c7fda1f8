import { createEnvironment } from '../../src/cel/check/environment.ts';
import type { Activation } from '../../src/cel/interpret/program.ts';
import { NAMES } from '../../src/engine/request/names.ts';

/** All declared names, and one each of the names that a folder adds. */
export const environment = createEnvironment({
  ...NAMES,
  'variables.tenant': { type: 'string' },
  'variables.maybe': { type: 'optional(string)' },
  'variables.ratio': { type: 'double' },
  'variables.window': { type: 'duration' },
  'data.exporters': { type: 'list(string)' },
  'data.quotas': { type: 'map(string, int)' },
});

/** One request, with hostile keys in the token and in the body. */
export const activation: Activation = {
  request: {
    method: 'GET',
    path: '/api//orders?x=1',
    url_path: '/api/orders',
    headers: new Map([
      ['accept', 'application/json;v2'],
      ['x-tenant', 'acme'],
    ]),
    query_params: new Map([['x', ['1', '2']]]),
    params: new Map(),
    time: { seconds: 1_780_315_200, nanos: 123_456_789 },
    size: 42,
    body: JSON.parse(
      '{"qty":3,"price":2.5,"items":[{"n":1},{"n":2}],"note":null,"__proto__":{"admin":true},"constructor":"c","big":1e300}',
    ),
    body_bytes: new Uint8Array([1, 2, 255]),
  },
  source: {
    port: 4711,
    principal: 'spiffe://acme.example/ns/shop/sa/checkout',
    labels: {},
    spiffe: {
      trust_domain: 'acme.example',
      namespace: 'shop',
      service_account: 'checkout',
      path: '/ns/shop/sa/checkout',
    },
  },
  jwt: {
    present: true,
    audiences: ['orders'],
    scopes: ['orders:read', 'orders:write'],
    expires_at: { seconds: 1_780_318_800, nanos: 0 },
    claims: JSON.parse(
      '{"sub":"u1","tenant":"acme","level":3,"score":0.5,"roles":["reader","writer"],"constructor":1,"__proto__":2,"toString":3,"nested":{"constructor":{"a":[1,{"b":true}]}}}',
    ),
  },
  context: new Map([['tier', 'gold']]),
  metadata: new Map([['filter', { a: { b: 1 } }]]),
  variables: { tenant: 'acme', maybe: undefined, ratio: 2, window: { seconds: 90, nanos: 0 } },
  data: { exporters: ['spiffe://acme.example/ns/bi/sa/report'], quotas: { acme: 5 } },
  policy: { name: 'orders', revision: 'r1' },
  now: { seconds: 1_780_315_200, nanos: 0 },
};
