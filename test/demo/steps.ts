import type { BODIES, CLIENTS, PARTNERS, WORKLOADS } from './shop.ts';

/** One call and its expected result. */
export interface Step {
  readonly title: string;
  /** Workload whose certificate is sent; `nobody` has none. */
  readonly as: keyof typeof WORKLOADS | 'nobody';
  /** Client whose token is sent. */
  readonly token?: keyof typeof CLIENTS | keyof typeof PARTNERS;
  readonly method?: string;
  readonly host: string;
  readonly path: string;
  readonly body?: keyof typeof BODIES;
  /** Number of calls, default 1. The last answer is compared. */
  readonly times?: number;
  readonly expected: Expected;
}

export interface Expected {
  readonly status: number;
  readonly decision: 'allow' | 'deny';
  readonly reason: string;
  readonly policy: string;
  readonly rule: string;
}

const orders = { host: 'orders.acme.svc', path: '/api/orders' } as const;
const order = { host: 'orders.acme.svc', path: '/api/orders/42' } as const;

/** One allowed call, then one for each kind of denial. */
export const STEPS = [
  {
    title: 'The checkout reads an order',
    as: 'checkout',
    token: 'checkout',
    ...order,
    expected: { status: 200, decision: 'allow', reason: 'allowed', policy: 'orders', rule: 'read' },
  },
  {
    title: 'The same call without a certificate',
    as: 'nobody',
    token: 'checkout',
    ...order,
    expected: { status: 401, decision: 'deny', reason: 'peer_missing', policy: 'baseline', rule: '' },
  },
  {
    title: 'The same call with a stolen token, from another workload',
    as: 'intruder',
    token: 'checkout',
    ...order,
    expected: { status: 403, decision: 'deny', reason: 'peer_untrusted', policy: 'orders', rule: '' },
  },
  {
    title: "The checkout's token has expired",
    as: 'checkout',
    token: 'expired',
    ...order,
    expected: { status: 401, decision: 'deny', reason: 'token_expired', policy: 'orders', rule: '' },
  },
  {
    title: 'The checkout orders a negative quantity',
    as: 'checkout',
    token: 'checkout',
    method: 'POST',
    ...orders,
    body: 'bad-order.json',
    expected: { status: 400, decision: 'deny', reason: 'schema_violation', policy: 'orders', rule: '' },
  },
  {
    title: 'The checkout places six orders in a row; five at once are allowed',
    as: 'checkout',
    token: 'checkout',
    method: 'POST',
    ...orders,
    body: 'order.json',
    times: 6,
    expected: { status: 429, decision: 'deny', reason: 'rate_limited', policy: 'orders', rule: 'placing' },
  },
  {
    title: 'The checkout makes a call that no rule allows',
    as: 'checkout',
    token: 'checkout',
    host: 'orders.acme.svc',
    path: '/api/coupons',
    expected: { status: 403, decision: 'deny', reason: 'no_rule', policy: 'baseline', rule: '' },
  },
] as const satisfies readonly Step[];

/** The call whose result the commit changes. */
export const BEFORE = {
  title: 'The reporting job reads an order, which no policy allows yet',
  as: 'reports',
  token: 'reports',
  ...order,
  expected: { status: 403, decision: 'deny', reason: 'peer_untrusted', policy: 'orders', rule: '' },
} as const satisfies Step;

export const AFTER = {
  ...BEFORE,
  title: 'The same call, after the commit',
  expected: { status: 200, decision: 'allow', reason: 'allowed', policy: 'orders', rule: 'read' },
} as const satisfies Step;

/** The change of the commit: a line added below another one. */
export const CHANGE = {
  file: 'orders/policy.yaml',
  below: '        - spiffe://acme.example/ns/shop/sa/*\n',
  add: '        - spiffe://acme.example/ns/bi/sa/reports\n',
  message: 'Let the reporting job read orders',
} as const;
