import { strict as assert } from 'node:assert';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { PolicySet } from '../../src/engine/set/policy-set.ts';
import { memoryFiles } from '../policy/memory-files.ts';
import { encodeCheckRequest } from '../support/check-messages.ts';
import { compileFolder } from '../support/compile.ts';

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWKS = {
  keys: [{ ...KEYS.publicKey.export({ format: 'jwk' }), kid: 'rs-1', alg: 'RS256', use: 'sig' }],
};

const ISSUER = `
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: https://id.acme.example, audiences: [orders], algorithms: [RS256], keys: {jwks: ${JSON.stringify(JWKS)}}}
`;

const OPEN = `
apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
  rules: [{name: all, effect: allow}]
`;

/** mTLS, a cached token, five rules, a local limit. */
const TYPICAL = `${ISSUER}---
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

/**
 * As the typical one, and: a baseline with a limit of its own, a body with a schema, variables, headers of the request,
 * changes by both policies, and a shadow policy.
 */
const HEAVY = `${TYPICAL}  variables:
    tenant: request.headers['x-tenant']
  schemas: [{match: [{methods: [PUT]}], body: {jsonSchema: order.schema.json, maxBytes: 65536}}]
  respond:
    allow:
      requestHeaders: {remove: [x-internal], set: {x-tenant: {cel: variables.tenant}, x-subject: {cel: jwt.subject}}}
      responseHeaders: {set: {x-served-by: orders}}
      metadata: {tenant: {cel: variables.tenant}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: baseline}
spec:
  rules:
    - {name: no-admin, effect: deny, when: "request.url_path.startsWith('/admin')"}
    - {name: one-tenant, effect: deny, when: "request.headers['x-tenant'] != 'acme'"}
    - {name: agents, effect: deny, when: "request.headers['user-agent'].contains('curl')"}
  limits: [{name: per-address, key: [source.address], rate: 100000000/s, headers: always}]
  respond: {allow: {responseHeaders: {append: {vary: x-tenant}}}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: stricter}
spec:
  mode: shadow
  match: [{hosts: [orders.acme.svc]}]
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{name: read, effect: allow, when: "'orders:all' in jwt.scopes"}]
`;

const ORDER_SCHEMA = JSON.stringify({
  type: 'object',
  required: ['sku', 'quantity', 'lines'],
  properties: {
    sku: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{4}$' },
    quantity: { type: 'integer', minimum: 1, maximum: 100 },
    lines: {
      type: 'array',
      items: { type: 'object', required: ['id'], properties: { id: { type: 'string', maxLength: 40 } } },
    },
  },
});

const ORDER = JSON.stringify({
  sku: 'AB-1234',
  quantity: 3,
  lines: Array.from({ length: 12 }, (_, at) => ({ id: `line-${at}`, note: 'as the one before' })),
});

/** One policy of the bench, with the request that it allows. */
export interface BenchCase {
  readonly name: string;
  readonly set: PolicySet;
  readonly request: Uint8Array;
}

/** An open, a typical and a heavy policy. */
export async function benchCases(): Promise<readonly [BenchCase, BenchCase, BenchCase]> {
  const read = await requestBytes({ method: 'GET' });
  const change = {
    method: 'PUT',
    rawBody: Buffer.from(ORDER),
    headers: {
      'content-type': 'application/json',
      'content-length': String(ORDER.length),
      'x-tenant': 'acme',
      'x-internal': '1',
    },
  };
  return [
    { name: 'open', set: policySet(OPEN), request: read },
    { name: 'typical', set: policySet(TYPICAL), request: read },
    { name: 'heavy', set: policySet(HEAVY), request: await requestBytes(change) },
  ];
}

function policySet(text: string): PolicySet {
  const files = { 'policy.yaml': text, 'order.schema.json': ORDER_SCHEMA };
  const used = text.includes('order.schema.json') ? files : { 'policy.yaml': text };
  const { set, diagnostics } = compileFolder(memoryFiles(used));
  assert(set !== undefined, diagnostics.map(({ message }) => message).join('; '));
  const commit = 'c0ffee'.padEnd(40, '0');
  return {
    ...set,
    revision: { commit, digest: 'sha256:', dirty: false, source: 'git' },
    revisionText: commit,
  };
}

async function requestBytes({
  headers,
  ...http
}: {
  readonly method: string;
  readonly rawBody?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}): Promise<Uint8Array> {
  const iat = Math.floor(Date.now() / 1000);
  const sent = {
    authorization: `Bearer ${await tokenOf(KEYS.privateKey, iat)}`,
    accept: '*/*',
    'user-agent': 'bench/1',
    'x-request-id': 'c5f5c2f4-8d2a-4b8e-9a63-0b8f3d1f0001',
    'x-forwarded-for': '10.0.0.7',
    'x-forwarded-proto': 'https',
    ...headers,
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
          host: 'orders.acme.svc',
          path: '/api/orders/42?full=1',
          scheme: 'https',
          protocol: 'HTTP/2',
          ...http,
          headerMap: {
            headers: Object.entries(sent).map(([key, value]) => ({ key, rawValue: Buffer.from(value) })),
          },
        },
      },
    },
  });
}

function tokenOf(key: KeyObject, iat: number): Promise<string> {
  return new SignJWT({ scope: 'orders:read orders:list', tenant: 'acme', roles: ['customer', 'beta'] })
    .setProtectedHeader({ alg: 'RS256', kid: 'rs-1', typ: 'JWT' })
    .setIssuer('https://id.acme.example')
    .setAudience('orders')
    .setSubject('web')
    .setIssuedAt(iat)
    .setExpirationTime(iat + 3600)
    .sign(key);
}
