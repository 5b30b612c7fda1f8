import type { Program } from '../../src/cel/interpret/program.ts';
import { REASONS } from '../../src/engine/decision/reasons.ts';
import type { CompiledFolder } from '../../src/policy/compile-folder.ts';
import { compileFolder } from '../support/compile.ts';
import { memoryFiles } from './memory-files.ts';

const POLICY = `
apiVersion: lictor/v1
kind: Policy
metadata:
  name: orders-api
  description: Who may read and place orders
  owner: team-orders
  controls: [SOC2-CC6.1]
spec:
  match:
    - hosts: [Orders.acme.svc, "*.orders.acme.svc"]
      methods: [GET, POST]
      paths: ["/api/orders", "/api/orders/{order_id}", "/files/**"]
      when: "'v2' in request.headers"
  paths: {ambiguous: allow}
  mode: shadow
  authenticate:
    mtls:
      principals: ["spiffe://acme.example/ns/shop/sa/*"]
    jwt:
      issuers: [acme, partner]
      required: false
      bind: certificate
  rules:
    - name: readers
      effect: allow
      match: [{methods: [GET]}]
      when: "'orders:read' in jwt.scopes"
    - name: no-bulk-export
      effect: deny
      when: request.url_path.endsWith('/export')
      status: 403
      message: bulk export is for the reporting jobs only
    - {name: always, effect: allow, when: true}
  schemas:
    - match: [{methods: [POST], paths: [/api/orders]}]
      body: {jsonSchema: schemas/order.schema.json, maxBytes: 65536}
    - body: {jsonSchema: schemas/order.yaml}
    - body: {jsonSchema: {type: object}}
  limits:
    - name: flood
      key: [source.address]
      rate: 1000/m
      phase: first
    - name: per-caller
      key: [source.principal, request.method]
      rate: 100/s
      burst: 200
      cost: 2
      scope: local
      when: request.method != 'OPTIONS'
      phase: last
      headers: always
  respond:
    allow:
      requestHeaders:
        set: {X-Tenant: {cel: "request.headers[?'x-tenant']"}, x-checked: "yes"}
    deny:
      headers: {set: {x-why: policy}}
`;

const ISSUERS = `
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme, owner: team-identity}
spec:
  issuer: https://login.acme.example
  audiences: [orders]
  keys: {jwksUri: https://login.acme.example/jwks}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: partner}
spec:
  issuer: https://id.partner.example
  anyAudience: true
  algorithms: [ES256, HS256]
  keys: {jwksFile: ../keys/partner.jwks.json}
  from: [{header: X-Token}, {header: Authorization}, {header: x-b, prefix: "T "}, {query: token}, {cookie: session}]
  clockSkew: 0s
  maxAge: 1h
  requireExpiry: false
  requireClaims: [sub]
  types: [JWT]
  scopesClaim: roles
`;

const TESTS = `
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  now: 2026-06-01T12:00:00Z
  callers:
    checkout:
      principal: spiffe://acme.example/ns/shop/sa/checkout
      jwt: {issuer: acme, claims: {scope: "orders:read"}, header: {kid: k}, expiresIn: -1h}
    anonymous: {}
    forged: {token: abc, address: 10.0.0.7}
  requests:
    read: {host: orders.acme.svc, path: /api/orders/42, headers: {X-Tenant: acme, x-a: b}}
    write: {method: POST, host: orders.acme.svc, path: /api/orders, body: {json: {a: 1}}, scheme: http}
  cases:
    - name: reads
      caller: checkout
      request: read
      with: {path: /api/orders/43, headers: {x-a: ~, x-c: d}}
      expect: {decision: allow, rule: orders-api/readers, status: 200, requestHeaders: {X-Tenant: acme, x-gone: ~}}
    - name: nobody
      request: {path: /x, body: text}
      repeat: 3
      expect: {reason: no_policy, policy: "", rule: ""}
  matrix:
    - callers: [checkout, anonymous]
      requests: [read, write]
      expect: {checkout: allow, anonymous: {decision: deny, status: 403}}
`;

const FILES = {
  'orders/policy.yaml': POLICY.replaceAll('schemas/', '../schemas/'),
  'orders/policy.test.yml': TESTS,
  'issuers/all.yaml': ISSUERS,
  'schemas/order.schema.json':
    '{"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}',
  'schemas/order.yaml': 'type: object\n',
  'keys/partner.jwks.json': `{"keys": [${JSON.stringify({
    kty: 'EC',
    crv: 'P-256',
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  })}]}`,
};

function compiled(): { readonly folder: CompiledFolder; readonly set: NonNullable<CompiledFolder['set']> } {
  const folder = compileFolder(memoryFiles(FILES), { reasons: Object.keys(REASONS) });
  expect(folder.diagnostics).toEqual([]);
  if (folder.set === undefined) throw new Error('the folder does not compile');
  return { folder, set: folder.set };
}

function only<T>(values: readonly T[]): T {
  const [first] = values;
  if (first === undefined || values.length > 1) throw new Error(`expected one, found ${values.length}`);
  return first;
}

function source(value: Program | string | undefined): unknown {
  return typeof value === 'object' ? { cel: value.source } : value;
}

describe('a folder that compiles', () => {
  const { folder, set } = compiled();
  const policy = only(set.policies);

  test('metadata of the policy', () => {
    expect(policy).toMatchObject({
      name: 'orders-api',
      description: 'Who may read and place orders',
      owner: 'team-orders',
      controls: ['SOC2-CC6.1'],
      source: { file: 'orders/policy.yaml', line: 5, column: 9 },
      mode: 'shadow',
      allowsAmbiguousPath: true,
    });
  });

  test('match', () => {
    const entry = only(policy.match);
    expect(entry.hosts?.map(({ text }) => text)).toEqual(['Orders.acme.svc', '*.orders.acme.svc']);
    expect([...(entry.methods ?? [])]).toEqual(['GET', 'POST']);
    expect(entry.paths?.map(({ text }) => text)).toEqual([
      '/api/orders',
      '/api/orders/{order_id}',
      '/files/**',
    ]);
    expect(entry.when?.source).toBe("'v2' in request.headers");
  });

  test('authentication', () => {
    expect(policy.mtls?.principals?.patterns).toHaveLength(1);
    expect(policy.jwt?.required).toBe(false);
    expect(policy.jwt?.issuers).toEqual([set.issuers.get('acme'), set.issuers.get('partner')]);
  });

  test('rules, as written', () => {
    expect(policy.allowRules.map(({ name, when }) => [name, when?.source])).toEqual([
      ['readers', "'orders:read' in jwt.scopes"],
      ['always', 'true'],
    ]);
    const deny = only(policy.denyRules);
    expect(deny).toMatchObject({ name: 'no-bulk-export', status: 403, source: { line: 29, column: 7 } });
    expect(deny.message).toBe('bulk export is for the reporting jobs only');
    expect(only(policy.allowRules[0]?.match ?? []).methods).toEqual(new Set(['GET']));
  });

  test('schemas, from JSON, YAML and inline', () => {
    const bodies = policy.schemas.flatMap((schema) => (schema.kind === 'body' ? [schema.body] : []));
    expect(bodies.map(({ maxBytes }) => maxBytes)).toEqual([65536, undefined, undefined]);
    expect(bodies.map((body) => body.validate({})?.reason)).toEqual([
      'schema_violation',
      undefined,
      undefined,
    ]);
    expect(policy.schemas.map(({ match }) => match.length)).toEqual([1, 0, 0]);
  });

  test('limits by phase, with their defaults', () => {
    expect(only(policy.firstLimits)).toMatchObject({
      id: `${policy.name}/flood`,
      name: 'flood',
      rate: { count: 1000, period: 60_000 },
      burst: 1000,
      cost: undefined,
      when: undefined,
      headers: 'refusals',
    });
    const last = only(policy.lastLimits);
    expect(last).toMatchObject({ name: 'per-caller', burst: 200, headers: 'always' });
    expect(last.key.map((key) => key.source)).toEqual(['source.principal', 'request.method']);
    expect([last.cost?.source, last.when?.source]).toEqual(['2', "request.method != 'OPTIONS'"]);
  });

  test('responses, with lower-case names', () => {
    const { allow, deny } = policy.respond;
    expect([...allow.requestHeaders.set].map(([name, value]) => [name, source(value)])).toEqual([
      ['x-tenant', { cel: "request.headers[?'x-tenant']" }],
      ['x-checked', 'yes'],
    ]);
    expect([...deny.headers.set]).toEqual([['x-why', 'policy']]);
  });

  test('an issuer with every default', () => {
    expect(set.issuers.get('acme')).toEqual({
      name: 'acme',
      issuer: 'https://login.acme.example',
      audiences: ['orders'],
      anyAudience: false,
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      keys: {
        kind: 'uri',
        jwksUri: 'https://login.acme.example/jwks',
        refresh: { interval: 300_000, cooldown: 30_000, timeout: 2000, maxStale: 86_400_000 },
      },
      from: [{ header: 'authorization', prefix: 'Bearer ' }],
      clockSkew: 30_000,
      maxAge: undefined,
      requireExpiry: true,
      requireClaims: [],
      types: undefined,
      audienceClaim: 'aud',
      tenants: undefined,
      trustDomain: undefined,
      paddedBase64: false,
      rolesPath: [],
      forward: true,
      claims: [],
      preset: undefined,
      scopesClaim: 'scope',
    });
  });

  test('an issuer without any default', () => {
    expect(set.issuers.get('partner')).toMatchObject({
      audiences: [],
      anyAudience: true,
      algorithms: ['ES256', 'HS256'],
      keys: { kind: 'inline', jwks: { keys: [{ kty: 'EC' }] } },
      from: [
        { header: 'x-token', prefix: '' },
        { header: 'authorization', prefix: 'Bearer ' },
        { header: 'x-b', prefix: 'T ' },
        { query: 'token' },
        { cookie: 'session' },
      ],
      clockSkew: 0,
      maxAge: 3_600_000,
      requireExpiry: false,
      requireClaims: ['sub'],
      types: ['JWT'],
      scopesClaim: 'roles',
    });
  });

  test('a test with its names resolved', () => {
    const document = only(folder.tests);
    expect(document).toMatchObject({ name: 'orders', now: Date.UTC(2026, 5, 1, 12) });
    const [reads, nobody] = document.cases;
    expect(reads).toMatchObject({
      name: 'reads',
      from: 'cases',
      repeat: 1,
      source: { file: 'orders/policy.test.yml', line: 17, column: 7 },
      caller: {
        name: 'checkout',
        principal: 'spiffe://acme.example/ns/shop/sa/checkout',
        address: '192.0.2.1',
        jwt: {
          issuer: 'acme',
          claims: { scope: 'orders:read' },
          header: { kid: 'k' },
          expiresIn: -3_600_000,
        },
        token: undefined,
      },
      request: {
        name: 'read',
        method: 'GET',
        scheme: 'https',
        host: 'orders.acme.svc',
        path: '/api/orders/43',
        body: undefined,
      },
      expect: { decision: 'allow', reason: undefined, status: 200, policy: 'orders-api', rule: 'readers' },
    });
    expect([...(reads?.request.headers ?? [])]).toEqual([
      ['x-tenant', ['acme']],
      ['x-c', ['d']],
    ]);
    expect([...(reads?.expect.requestHeaders ?? [])]).toEqual([
      ['x-tenant', 'acme'],
      ['x-gone', null],
    ]);
    expect(nobody).toMatchObject({
      caller: { name: '', principal: '', jwt: undefined },
      request: { name: '', path: '/x', body: { bytes: Buffer.from('text'), truncated: false } },
      repeat: 3,
      expect: { decision: undefined, reason: 'no_policy', policy: '', rule: '' },
    });
  });

  test('a matrix is expanded to cases', () => {
    const lines = only(folder.tests).cases.filter(({ from }) => from === 'matrix');
    expect(lines.map(({ name, expect: { decision, status } }) => [name, decision, status])).toEqual([
      ['checkout × read', 'allow', undefined],
      ['checkout × write', 'allow', undefined],
      ['anonymous × read', 'deny', 403],
      ['anonymous × write', 'deny', 403],
    ]);
    const { request } = lines[1] ?? only([]);
    expect(request).toMatchObject({
      method: 'POST',
      scheme: 'http',
      body: { bytes: Buffer.from('{"a":1}') },
    });
    expect([...request.headers]).toEqual([['content-type', ['application/json']]]);
  });
});

describe('a folder as a whole', () => {
  const minimal = (name: string): string =>
    `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: ${name}}\nspec: {}\n`;

  test('policies are in order of name, not of file', () => {
    const { set } = compileFolder(
      memoryFiles({ 'a.yaml': `${minimal('zeta')}---\n${minimal('beta')}`, 'b.yml': minimal('alpha') }),
    );
    expect(set?.policies.map(({ name }) => name)).toEqual(['alpha', 'beta', 'zeta']);
  });

  test('comments, empty documents, CRLF and a byte-order mark are accepted', () => {
    const files = {
      'a.yaml': `\uFEFF# about\r\n---\r\n${minimal('a').replaceAll('\n', '\r\n')}---\r\n`,
      'b.yaml': '# nothing\n',
    };
    const { set, diagnostics } = compileFolder(memoryFiles(files));
    expect(diagnostics).toEqual([]);
    expect(set?.policies).toHaveLength(1);
  });

  test('anchors and merge keys work across rules', () => {
    const text = `${minimal('a').replace('spec: {}\n', '')}spec:\n  rules:\n    - &base {name: a, effect: allow, when: request.method == 'GET'}\n    - {<<: *base, name: b}\n`;
    const { set } = compileFolder(memoryFiles({ 'a.yaml': text }));
    expect(set?.policies[0]?.allowRules.map(({ name, when }) => [name, when?.source])).toEqual([
      ['a', "request.method == 'GET'"],
      ['b', "request.method == 'GET'"],
    ]);
  });

  test('an error prevents the policy set, a warning does not', () => {
    const issuer = ISSUERS.slice(0, ISSUERS.indexOf('---'));
    const warned = compileFolder(memoryFiles({ 'a.yaml': minimal('a'), 'i.yaml': issuer }));
    expect(warned.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ['unused_issuer', 'warning'],
    ]);
    expect(warned.set).toBeDefined();
    const broken = compileFolder(
      memoryFiles({ 'a.yaml': minimal('a'), 'b.yaml': `${minimal('b')}oops: 1\n` }),
    );
    expect(broken.diagnostics.map(({ code }) => code)).toEqual(['unknown_field']);
    expect(broken.set).toBeUndefined();
  });

  test('names that a broken document may declare are not reported as unknown', () => {
    const files = {
      'a.yaml': minimal('a').replace('spec: {}\n', 'spec: {authenticate: {jwt: {issuers: [acme]}}}\n'),
      'i.yaml': ISSUERS.slice(0, ISSUERS.indexOf('---')).replace('{name: acme', '{name: acme: x'),
    };
    expect(compileFolder(memoryFiles(files)).diagnostics.map(({ code, span }) => [span.file, code])).toEqual([
      ['i.yaml', 'yaml_syntax'],
    ]);
  });

  test('130 mistakes are all found', () => {
    const rules = Array.from({ length: 130 }, (_, index) => `{name: r${index}, effect: maybe}`).join(', ');
    const text = minimal('a').replace('spec: {}', `spec: {rules: [${rules}]}`);
    expect(compileFolder(memoryFiles({ 'a.yaml': text })).diagnostics).toHaveLength(130);
  });

  test('an expected rule may be `rule` or `policy/rule`, and an unknown one is reported', () => {
    const policy = minimal('a').replace('spec: {}', 'spec: {rules: [{name: r, effect: allow}]}');
    const test = (rule: string): string =>
      `apiVersion: lictor/v1\nkind: PolicyTest\nmetadata: {name: t}\nspec: {cases: [{name: c, request: {path: /}, expect: {rule: ${rule}}}]}\n`;
    const codes = (rule: string): readonly string[] =>
      compileFolder(memoryFiles({ 'a.yaml': policy, 't.yaml': test(rule) })).diagnostics.map(
        ({ message }) => message,
      );
    expect(codes('r')).toEqual([]);
    expect(codes('a/r')).toEqual([]);
    expect(codes('~')).toEqual([]);
    expect(codes('a/s')).toEqual(['`cases[0].expect.rule`: the policy `a` has no rule or limit `s`']);
    expect(codes('b/r')).toEqual(['`cases[0].expect.rule`: unknown policy `b`']);
    expect(codes('s')).toEqual(['`cases[0].expect.rule`: no policy has a rule or limit `s`']);
  });
});
