import type { BODIES, CLIENTS, PARTNERS, WORKLOADS } from './shop.ts';

/** One call, and how it is to end. */
export interface Step {
  readonly title: string;
  /** Whose certificate is shown; `nobody` has none. */
  readonly as: keyof typeof WORKLOADS | 'nobody';
  /** Whose token goes along. */
  readonly token?: keyof typeof CLIENTS | keyof typeof PARTNERS;
  readonly method?: string;
  readonly host: string;
  readonly path: string;
  readonly body?: keyof typeof BODIES;
  /** How often it is sent, default once; the last answer is judged. */
  readonly times?: number;
  readonly told: Told;
}

export interface Told {
  readonly status: number;
  readonly decision: 'allow' | 'deny';
  readonly reason: string;
  readonly policy: string;
  readonly rule: string;
}

const orders = { host: 'orders.acme.svc', path: '/api/orders' } as const;
const order = { host: 'orders.acme.svc', path: '/api/orders/42' } as const;

/** One call that is allowed, then one of each way to be refused. */
export const STEPS = [
  {
    title: 'The checkout reads an order',
    as: 'checkout',
    token: 'checkout',
    ...order,
    told: { status: 200, decision: 'allow', reason: 'allowed', policy: 'orders', rule: 'read' },
  },
  {
    title: 'Somebody without a certificate asks for the same',
    as: 'nobody',
    token: 'checkout',
    ...order,
    told: { status: 401, decision: 'deny', reason: 'peer_missing', policy: 'baseline', rule: '' },
  },
  {
    title: 'An intruder has stolen the token, but is another workload',
    as: 'intruder',
    token: 'checkout',
    ...order,
    told: { status: 403, decision: 'deny', reason: 'peer_untrusted', policy: 'orders', rule: '' },
  },
  {
    title: "The checkout's token has expired",
    as: 'checkout',
    token: 'expired',
    ...order,
    told: { status: 401, decision: 'deny', reason: 'token_expired', policy: 'orders', rule: '' },
  },
  {
    title: 'The checkout orders a negative quantity',
    as: 'checkout',
    token: 'checkout',
    method: 'POST',
    ...orders,
    body: 'bad-order.json',
    told: { status: 400, decision: 'deny', reason: 'schema_violation', policy: 'orders', rule: '' },
  },
  {
    title: 'The checkout places six orders in a row; five at once are allowed',
    as: 'checkout',
    token: 'checkout',
    method: 'POST',
    ...orders,
    body: 'order.json',
    times: 6,
    told: { status: 429, decision: 'deny', reason: 'rate_limited', policy: 'orders', rule: 'placing' },
  },
  {
    title: 'The checkout asks for something that no rule allows',
    as: 'checkout',
    token: 'checkout',
    host: 'orders.acme.svc',
    path: '/api/coupons',
    told: { status: 403, decision: 'deny', reason: 'no_rule', policy: 'baseline', rule: '' },
  },
] as const satisfies readonly Step[];

/** The call that a commit makes the difference for. */
export const BEFORE = {
  title: 'The reporting job reads an order, before anybody let it',
  as: 'reports',
  token: 'reports',
  ...order,
  told: { status: 403, decision: 'deny', reason: 'peer_untrusted', policy: 'orders', rule: '' },
} as const satisfies Step;

export const AFTER = {
  ...BEFORE,
  title: 'The same call, after the commit',
  told: { status: 200, decision: 'allow', reason: 'allowed', policy: 'orders', rule: 'read' },
} as const satisfies Step;

/** The commit: a line that is added below another one. */
export const CHANGE = {
  file: 'orders/policy.yaml',
  below: '        - spiffe://acme.example/ns/shop/sa/*\n',
  add: '        - spiffe://acme.example/ns/bi/sa/reports\n',
  message: 'Let the reporting job read orders',
} as const;
