import type { Client } from '../support/identity-provider.ts';

/** SPIFFE IDs of the workloads with a certificate. */
export const WORKLOADS = {
  checkout: 'spiffe://acme.example/ns/shop/sa/checkout',
  reports: 'spiffe://acme.example/ns/bi/sa/reports',
  intruder: 'spiffe://acme.example/ns/lab/sa/intruder',
  console: 'spiffe://acme.example/ns/ops/sa/console',
  'partner-gateway': 'spiffe://acme.example/ns/edge/sa/partner-gateway',
} as const;

/** SPIFFE ID of Envoy. */
export const PROXY = 'spiffe://acme.example/ns/shop/sa/envoy';

export const HOSTS = [
  'orders.acme.svc',
  'catalog.acme.svc',
  'payments.acme.svc',
  'reports.acme.svc',
] as const;

/** Issuer and audience as in `policies/issuers`. */
export const AUDIENCE = 'https://api.acme.example';
export const LOGIN = 'https://login.acme.example';
export const PARTNER_LOGIN = 'https://id.globex.example';

const acme = { tenant: 'acme' } as const;

/** Clients of the shop's login. The tokens of `expired` are two hours old and were valid for one. */
export const CLIENTS = {
  checkout: {
    secret: 'checkout-secret',
    scope: 'orders:read orders:write payments:charge payments:read',
    claims: acme,
  },
  reports: { secret: 'reports-secret', scope: 'orders:read reports:read reports:run', claims: acme },
  console: { secret: 'console-secret', scope: 'admin:read admin:write', claims: acme },
  expired: { secret: 'expired-secret', scope: 'orders:read', claims: acme, issuedAgo: 7200 },
} as const satisfies Record<string, Client>;

/** Clients of the partner's login. */
export const PARTNERS = {
  partner: { secret: 'partner-secret', scope: 'orders:read orders:write' },
} as const satisfies Record<string, Client>;

/** Bodies of orders by file name. */
export const BODIES = {
  'order.json': { customer: 'c-1001', currency: 'EUR', lines: [{ sku: 'AB-1000', quantity: 2 }] },
  'bad-order.json': { customer: 'c-1001', currency: 'EUR', lines: [{ sku: 'AB-1000', quantity: -2 }] },
} as const;
