/** One request of the benchmark, by the names that policies use. */
export interface Sample {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly url_path: string;
    readonly size: number;
    readonly headers: ReadonlyMap<string, string>;
    readonly body: { readonly items: readonly { readonly sku: string; readonly quantity: number }[] };
  };
  readonly source: { readonly principal: string; readonly spiffe: { readonly namespace: string } };
  readonly jwt: {
    readonly scopes: readonly string[];
    readonly expires_at: Instant;
    readonly claims: {
      readonly tenant: string;
      readonly email: string;
      readonly level: number;
      readonly roles: readonly string[];
      readonly entitlements: Readonly<Record<string, string>>;
    };
  };
  readonly now: Instant;
}

export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** An expression, and the same condition written by hand in TypeScript. */
export interface Row {
  readonly name: string;
  readonly source: string;
  readonly hand: (sample: Sample) => boolean;
}

const CALLERS = ['checkout', 'web', 'job'].map((name) => `spiffe://acme.example/ns/shop/sa/${name}`);
const CALLER_SET: ReadonlySet<string> = new Set(CALLERS);
const ORDER_PATH = /^\/api\/orders\/[0-9]+$/;

function isBefore(a: Instant, b: Instant): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos < b.nanos);
}

function isWithin(later: Instant, earlier: Instant, seconds: number): boolean {
  const whole = later.seconds - earlier.seconds;
  return whole < seconds || (whole === seconds && later.nanos <= earlier.nanos);
}

export const ROWS: readonly Row[] = [
  {
    name: 'method && startsWith',
    source: "request.method == 'GET' && request.url_path.startsWith('/api/')",
    hand: ({ request }) => request.method === 'GET' && request.url_path.startsWith('/api/'),
  },
  {
    name: 'principal in [3]',
    source: `source.principal in ['${CALLERS.join("', '")}']`,
    hand: ({ source }) => CALLER_SET.has(source.principal),
  },
  {
    name: 'roles.exists',
    source: "jwt.claims.roles.exists(r, r == 'admin')",
    hand: ({ jwt }) => jwt.claims.roles.some((role) => role === 'admin'),
  },
  {
    name: 'header == claim && size',
    source: "request.headers['x-tenant'] == jwt.claims.tenant && size(request.path) < 100",
    hand: ({ request, jwt }) =>
      request.headers.get('x-tenant') === jwt.claims.tenant && request.path.length < 100,
  },
  {
    name: 'timestamps',
    source: "now < jwt.expires_at && jwt.expires_at - now <= duration('1h')",
    hand: ({ now, jwt }) => isBefore(now, jwt.expires_at) && isWithin(jwt.expires_at, now, 3600),
  },
  {
    name: 'int arithmetic',
    source: 'request.size * 2 + 1 < 1000 && jwt.claims.level >= 3',
    hand: ({ request, jwt }) => request.size * 2 + 1 < 1000 && jwt.claims.level >= 3,
  },
  {
    name: '1000-entry map',
    source: "jwt.claims.entitlements['e500'] == 'granted'",
    hand: ({ jwt }) => jwt.claims.entitlements['e500'] === 'granted',
  },
  {
    name: 'claim.endsWith',
    source: "jwt.claims.email.endsWith('@acme.example')",
    hand: ({ jwt }) => jwt.claims.email.endsWith('@acme.example'),
  },
  {
    name: 'body.items.all',
    source: 'request.body.items.all(i, i.quantity > 0 && i.quantity <= 100)',
    hand: ({ request }) => request.body.items.every(({ quantity }) => quantity > 0 && quantity <= 100),
  },
  {
    name: 'combined policy',
    source: [
      "request.method in ['GET', 'HEAD']",
      "source.spiffe.namespace == 'shop'",
      "'orders:read' in jwt.scopes",
      "jwt.claims.tenant == 'acme'",
      "request.headers['x-tenant'] == jwt.claims.tenant",
      "!request.url_path.endsWith('/export')",
      'request.size < 10000',
      'now < jwt.expires_at',
    ].join(' && '),
    hand: ({ request, source, jwt, now }) =>
      (request.method === 'GET' || request.method === 'HEAD') &&
      source.spiffe.namespace === 'shop' &&
      jwt.scopes.includes('orders:read') &&
      jwt.claims.tenant === 'acme' &&
      request.headers.get('x-tenant') === jwt.claims.tenant &&
      !request.url_path.endsWith('/export') &&
      request.size < 10_000 &&
      isBefore(now, jwt.expires_at),
  },
  {
    name: 'regex',
    source: "request.url_path.matches('^/api/orders/[0-9]+$')",
    hand: ({ request }) => ORDER_PATH.test(request.url_path),
  },
  {
    name: 'regex on RE2',
    source: "request.url_path.matches('/orders/[0-9]+(/|$)')",
    hand: ({ request }) => /\/orders\/[0-9]+(\/|$)/.test(request.url_path),
  },
];

/** Requests for which each expression is true and false, in an order without a pattern for branch prediction. */
export function samples(count: number): readonly Sample[] {
  return Array.from({ length: count }, (_, i) => ({
    request: {
      method: ['GET', 'POST', 'GET', 'HEAD', 'GET'][i % 5] ?? 'GET',
      path: `/api/orders/${i}?page=${i}`,
      url_path: i % 7 === 3 ? '/health' : `/api/orders/${i}`,
      size: i * 10,
      headers: new Map([
        [':authority', 'orders.acme.svc'],
        ['accept', 'application/json'],
        ['user-agent', 'checkout/1.4'],
        ['x-request-id', `r${i}`],
        ['x-tenant', i % 6 === 1 ? 'globex' : 'acme'],
      ]),
      body: {
        items: Array.from({ length: 1 + (i % 4) }, (__, k) => ({
          sku: `s${k}`,
          quantity: (i * 7 + k) % 103,
        })),
      },
    },
    source: {
      principal: `spiffe://acme.example/ns/shop/sa/${['checkout', 'web', 'job', 'other'][i % 4]}`,
      spiffe: { namespace: i % 11 === 5 ? 'billing' : 'shop' },
    },
    jwt: {
      scopes: i % 9 === 2 ? ['orders:write'] : ['profile', 'orders:read', 'orders:write'],
      expires_at: { seconds: 1_780_315_200 + ((i * 617) % 4000) - 100, nanos: i },
      claims: {
        tenant: i % 8 === 6 ? 'globex' : 'acme',
        email: `u${i}@${i % 5 === 4 ? 'globex' : 'acme'}.example`,
        level: i % 7,
        roles: i % 3 === 0 ? ['reader'] : ['reader', 'writer', 'admin'],
        entitlements: Object.fromEntries(
          Array.from({ length: 1000 }, (__, k) => [`e${k}`, (i + k) % 2 === 0 ? 'granted' : 'denied']),
        ),
      },
    },
    now: { seconds: 1_780_315_200, nanos: 0 },
  }));
}
