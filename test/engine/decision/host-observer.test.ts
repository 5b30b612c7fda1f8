import { HostObserver } from '../../../src/engine/decision/host-observer.ts';
import { attributes } from '../../support/attributes.ts';
import { policySet } from '../../support/policy-set.ts';

const ALLOW = [{ name: 'all', effect: 'allow' }];

const { policies } = policySet({
  policies: {
    orders: { match: [{ hosts: ['orders.svc', 'v2.orders.svc'] }], rules: ALLOW },
    'orders-admin': { match: [{ hosts: ['v2.orders.svc', 'admin.orders.svc'] }], rules: ALLOW },
    hello: { match: [{ hosts: ['hello.svc'] }], rules: ALLOW },
    all: { rules: ALLOW },
    star: { match: [{ hosts: ['*'] }], rules: ALLOW },
    tenants: { match: [{ hosts: ['*.tenants.svc'] }], rules: ALLOW },
  },
});

/** Requests as `[host, deciding policy, TLS server name]`, and the number of the first that is foreign; -1: none. */
test.each<[string, readonly (readonly [string, string, string?])[], number]>([
  [
    'one host',
    [
      ['orders.svc', 'orders'],
      ['orders.svc', 'orders'],
    ],
    -1,
  ],
  [
    'another spelling of it',
    [
      ['orders.svc', 'orders'],
      ['ORDERS.svc.:80', 'orders'],
    ],
    -1,
  ],
  [
    'two hosts of one policy',
    [
      ['orders.svc', 'orders'],
      ['v2.orders.svc', 'orders'],
    ],
    -1,
  ],
  [
    'two policies for one host',
    [
      ['orders.svc', 'orders'],
      ['v2.orders.svc', 'orders'],
      ['v2.orders.svc', 'orders-admin'],
      ['admin.orders.svc', 'orders-admin'],
    ],
    -1,
  ],
  [
    'a policy that names a host seen before',
    [
      ['v2.orders.svc', 'orders'],
      ['admin.orders.svc', 'orders-admin'],
    ],
    -1,
  ],
  [
    'policies for every host',
    [
      ['orders.svc', 'orders'],
      ['other.svc', 'all'],
      ['x.svc', 'star'],
    ],
    -1,
  ],
  [
    'any name below a pattern',
    Array.from({ length: 200 }, (_, n) => [`t${n}.tenants.svc`, 'tenants'] as const),
    -1,
  ],
  [
    'a denial without a policy',
    [
      ['orders.svc', 'orders'],
      ['hello.svc', ''],
    ],
    -1,
  ],
  [
    'a host of another service',
    [
      ['orders.svc', 'orders'],
      ['hello.svc', 'hello'],
    ],
    1,
  ],
  [
    'the service itself after a host of another',
    [
      ['hello.svc', 'hello'],
      ['orders.svc', 'orders'],
    ],
    1,
  ],
  ['another host than in the handshake', [['hello.svc', 'hello', 'orders.svc']], 0],
  ['the host of the handshake', [['orders.svc', 'orders', 'orders.svc']], -1],
  ['a handshake of a mesh', [['orders.svc', 'orders', 'outbound_.8080_._.orders.mesh']], -1],
])('%s', (_, requests, foreign) => {
  const observer = new HostObserver();
  const found = requests.findIndex(([host, policy, sni]) =>
    observer.isForeign(attributes({ host, ...(sni !== undefined && { sni }) }), policy, policies),
  );
  expect(found).toBe(foreign);
});
