import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decide } from '../../src/engine/decision/decide.ts';
import { readRecord } from '../../src/sidecar/audit/read-record.ts';
import { toRecord } from '../../src/sidecar/audit/record.ts';
import { WhatIf } from '../../src/tools/limits/what-if.ts';
import { bench, NOW } from '../engine/decision/run-case.ts';
import { attributes } from '../support/attributes.ts';
import { inProcess } from '../support/in-process.ts';
import { policySet } from '../support/policy-set.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { pick, seeded } from '../support/seeded.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.svc]}]
  authenticate: {mtls: {}}
  rules: [{allow: all}]
  limits:
    - {name: per-caller, key: [caller.principal], rate: 2/m}
    - {name: per-tenant, key: ["request.headers['x-tenant']"], rate: 1/m}
    - {name: flood, key: [source.address, request.method], rate: 5/m, phase: first}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: tried}
spec:
  mode: shadow
  match: [{hosts: [orders.svc]}]
  limits: [{name: all, key: ["'all'"], rate: 3/m}]
`;
let stack: AsyncDisposableStack;

beforeAll(() => {
  stack = new AsyncDisposableStack();
});

afterAll(async () => {
  await stack.disposeAsync();
});

const START = Date.parse('2026-06-01T12:00:00Z');

/** One record, as the server writes it, as far as it is read. */
function record(second: number, principal: string, change: object = {}): string {
  return JSON.stringify({
    time: new Date(START + second * 1000).toISOString(),
    decision: 'allow',
    reason: 'allowed',
    status: 200,
    policy: 'orders',
    rule: 'all',
    request: { id: 'r', method: 'GET', host: 'orders.svc', path: '/a' },
    source: { principal, address: '10.0.0.7' },
    caller: { principal, via: 'connection' },
    destination: { principal: 'spiffe://acme/orders' },
    ...change,
  });
}

const LIMITED = { decision: 'deny', reason: 'rate_limited', status: 429, rule: 'per-caller' };

async function whatIf(lines: readonly string[], args: readonly string[] = [], policies = POLICIES) {
  const folder = await scratchFolder(stack);
  await writeFile(join(folder, 'policy.yaml'), policies);
  await writeFile(join(folder, 'log.jsonl'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'log.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`));
  return inProcess(['limits', 'what-if', '.', '--log', 'log.jsonl', ...args], folder);
}

const LINES = [
  record(0, 'spiffe://acme/shop'),
  record(1, 'spiffe://acme/shop'),
  record(2, 'spiffe://acme/shop'),
  record(3, 'spiffe://acme/shop', LIMITED),
  record(4, 'spiffe://acme/stock', LIMITED),
  record(5, 'spiffe://acme/stock', { decision: 'deny', reason: 'no_rule', status: 403 }),
];

/** The parts of the report that tests look into. */
interface Report {
  readonly limits: readonly {
    readonly name: string;
    readonly keys: readonly { readonly key: string }[];
    readonly unsaid: readonly { readonly cause: string }[];
  }[];
}

async function json(lines: readonly string[], args: readonly string[] = []): Promise<Report> {
  const { stdout, stderr, code } = await whatIf(lines, [...args, '--output', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

/** The outcome of one limit. */
function limitIn(report: Report, name: string) {
  return report.limits.find((each) => each.name === name);
}

test('counts what each limit refused then and would refuse now, by key', async () => {
  const report = await json(LINES);
  expect(report).toMatchObject({
    records: 6,
    from: '2026-06-01T12:00:00.000Z',
    to: '2026-06-01T12:00:05.000Z',
  });
  expect(limitIn(report, 'per-caller')).toEqual({
    policy: 'orders',
    name: 'per-caller',
    mode: 'enforce',
    requests: 5,
    refused_then: 2,
    refused_now: 2,
    newly_refused: 1,
    newly_allowed: 1,
    unsaid: [],
    distinct_keys: 2,
    keys: [
      {
        key: 'spiffe://acme/shop',
        requests: 4,
        refused_then: 1,
        refused_now: 2,
        newly_refused: 1,
        newly_allowed: 0,
      },
      {
        key: 'spiffe://acme/stock',
        requests: 1,
        refused_then: 1,
        refused_now: 0,
        newly_refused: 0,
        newly_allowed: 1,
      },
    ],
  });
});

test('says what records lack, and counts the other limits', async () => {
  const report = await json(LINES);
  expect(limitIn(report, 'per-tenant')).toMatchObject({
    requests: 0,
    unsaid: [{ cause: "`request.headers['x-tenant']`", requests: 5 }],
  });
});

test('a limit of the first phase counts what was denied later, and not what was denied before', async () => {
  const before = record(6, 'spiffe://acme/shop', { decision: 'deny', reason: 'header_missing', status: 400 });
  const report = await json([...LINES, before]);
  expect(limitIn(report, 'flood')).toMatchObject({
    requests: 6,
    refused_now: 1,
    newly_refused: 0,
    keys: [{ key: '10.0.0.7, GET', requests: 6 }],
  });
});

test('limits of shadow policies are tried apart', async () => {
  const report = await json(LINES);
  expect(limitIn(report, 'all')).toMatchObject({
    mode: 'shadow',
    requests: 5,
    refused_now: 2,
    newly_refused: 0,
  });
});

test('each log, and each replica of it, has buckets of its own', async () => {
  const twice = await json(LINES, ['--log', 'log.jsonl.gz']);
  expect(twice).toMatchObject({ records: 12, logs: 2 });
  expect(limitIn(twice, 'per-caller')).toMatchObject({ requests: 10, refused_now: 4 });
  const spread = await json(LINES, ['--replicas', '2']);
  expect(limitIn(spread, 'per-caller')).toMatchObject({ requests: 5, refused_now: 0, newly_allowed: 2 });
});

test('limits that have not changed decide as when the records were made', async () => {
  const set = policySet({
    policies: {
      orders: {
        match: [{ hosts: ['orders.svc'] }],
        authenticate: { mtls: {} },
        rules: [{ allow: 'everybody' }, { deny: 'closed', match: ['/closed'] }],
        limits: [
          {
            name: 'per-caller',
            key: ['caller.principal'],
            rate: '5/s',
            burst: 8,
            cost: "request.method == 'POST' ? 3 : 1",
          },
          { name: 'all', key: ["'all'"], rate: '9/s' },
          { name: 'flood', key: ['source.address'], rate: '20/s', phase: 'first' },
        ],
      },
    },
  });
  const { services, setClock } = bench();
  const random = seeded(4);
  const counts = new Map<string, number>();
  const lines: string[] = [];
  for (let at = 0; at < 2000; at++) {
    setClock(NOW + at * 60);
    const asked = attributes({
      host: 'orders.svc',
      method: pick(random, ['GET', 'POST']),
      path: random() < 0.1 ? '/closed' : '/open',
      principal: pick(random, ['spiffe://acme/a', 'spiffe://acme/b', 'spiffe://acme/c']),
    });
    const { decision } = await decide(asked, set, services);
    counts.set(decision.reason, (counts.get(decision.reason) ?? 0) + 1);
    lines.push(JSON.stringify(toRecord(decision, { traceId: '', spanId: '' })));
  }
  expect(counts.get('allowed')).toBeGreaterThan(300);
  expect(counts.get('rate_limited')).toBeGreaterThan(300);
  const whatIf = new WhatIf(set, 1);
  for (const line of lines) {
    const { record } = readRecord(line);
    if (record !== undefined) await whatIf.add(record, 0);
  }
  const { limits, records } = whatIf.result();
  expect(records).toBe(2000);
  for (const { newlyAllowed, newlyRefused, unsaid } of limits)
    expect({ newlyAllowed, newlyRefused, unsaid: unsaid.size }).toEqual({
      newlyAllowed: 0,
      newlyRefused: 0,
      unsaid: 0,
    });
  expect(limits.reduce((sum, { refusedThen }) => sum + refusedThen, 0)).toBe(counts.get('rate_limited'));
});

test('logs have shared limits in common, in the order of time', async () => {
  const policies = POLICIES.replace('rate: 2/m}', 'rate: 2/m, scope: shared}');
  const { stdout } = await whatIf(
    LINES,
    ['--log', 'log.jsonl.gz', '--replicas', '2', '--output', 'json'],
    policies,
  );
  const report = JSON.parse(stdout) as Report;
  expect(limitIn(report, 'per-caller')).toMatchObject({
    requests: 10,
    refused_now: 6,
    keys: [
      { key: 'spiffe://acme/shop', requests: 8, refused_now: 6 },
      { key: 'spiffe://acme/stock', requests: 2, refused_now: 0 },
    ],
  });
});

test('prints text with bars', async () => {
  const { stdout, code } = await whatIf(LINES);
  expect(code).toBe(0);
  expect(stdout).toContain('6 records from 2026-06-01T12:00:00.000Z to 2026-06-01T12:00:05.000Z\n');
  expect(stdout).toContain('the log is of one sidecar; requests that were not recorded are not counted');
  expect(stdout).toContain(
    [
      'orders/per-caller  2/m, burst 2, by caller.principal',
      '  5 requests, refused then 2, now 2; newly refused 1, newly allowed 1',
      '  spiffe://acme/shop   ███████████████░░░░░░░░░░░░░░░  4, refused then 1, now 2',
      '  spiffe://acme/stock  ████████                        1, refused then 1, now 0',
    ].join('\n'),
  );
  expect(stdout).toContain(
    "  cannot say for 5 requests: records do not have `request.headers['x-tenant']`\n",
  );
  expect(stdout).toContain("tried/all (shadow)  3/m, burst 3, by 'all'\n");
});

test('shows as many keys as asked for', async () => {
  const { stdout } = await whatIf(LINES, ['--keys', '1']);
  expect(stdout).toContain('  and 1 other key\n');
  expect(stdout).not.toContain('acme/stock');
});

test('a record with inputs says what the request had and lacked, and never what is withheld', async () => {
  const inputs = {
    values: {
      'request.headers': { 'x-tenant': 'acme' },
      'request.query_params': { page: ['2'] },
      'jwt.claims': { tenant: 'shop' },
      'source.port': 4711,
    },
    absent: { 'request.headers': ['x-role'] },
    whole: ['request.query_params'],
    withheld: { 'request.headers': ['authorization'] },
  };
  const limit = (name: string, key: string) => `    - {name: ${name}, key: ["${key}"], rate: 1/m}`;
  const keys = [
    ['present', "request.headers['x-tenant']"],
    ['absent', "request.headers[?'x-role'].orValue('none')"],
    ['withheld', "request.headers[?'authorization'].orValue('none')"],
    ['unread', "request.headers[?'x-new'].orValue('none')"],
    ['whole', "request.query_params[?'token'].orValue(['none'])[0]"],
    ['names', "request.query_params.map(n, n).join(' ')"],
    ['claim', 'string(jwt.claims.tenant)'],
    ['other', "string(jwt.claims.?email.orValue('none'))"],
    ['port', 'source.port'],
  ] as const;
  const policies = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{allow: all}]
  limits:
${keys.map(([name, key]) => limit(name, key)).join('\n')}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", audiences: [a], algorithms: [ES256], keys: {jwksUri: "https://login.acme.example/jwks"}}
`;
  const jwt = { issuer: 'https://login.acme.example', subject: 'app' };
  const { stdout, stderr } = await whatIf([record(0, '', { jwt, inputs })], ['--output', 'json'], policies);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  expect(
    Object.fromEntries(
      report.limits.map(({ name, keys: [key], unsaid: [cause] }) => [name, key?.key ?? cause?.cause]),
    ),
  ).toEqual({
    present: 'acme',
    absent: 'none',
    withheld: "`request.headers['authorization']`",
    unread: "`request.headers['x-new']`",
    whole: 'none',
    names: 'page',
    claim: 'shop',
    other: "`jwt.claims['email']`",
    port: '4711',
  });
});

test('expressions read issuer, subject and path of a record, and nothing else', async () => {
  const jwt = { issuer: 'https://login.acme.example', subject: 'app' };
  const limit = (name: string, key: string) => `    - {name: ${name}, key: ["${key}"], rate: 1/m}`;
  const keys = [
    ['subject', 'jwt.subject'],
    ['sub', "jwt.claims['sub']"],
    ['tenant', 'jwt.claims.tenant'],
    ['scopes', "jwt.scopes.join(' ')"],
    ['path', 'request.url_path'],
    ['id', 'request.params.id'],
    ['raw', 'request.path'],
    ['query', "request.query_params[?'a'].orValue([''])[0]"],
    ['principal', 'source.principal'],
    ['certificate', 'source.certificate.serial'],
    ['body', "string(request.body.?a.orValue('b'))"],
    ['mesh', 'string(connection.mtls)'],
  ] as const;
  const policies = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.svc], paths: ["/orders/{id}"]}]
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{allow: all}]
  limits:
${keys.map(([name, key]) => limit(name, key)).join('\n')}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", audiences: [a], algorithms: [ES256], keys: {jwksUri: "https://login.acme.example/jwks"}}
`;
  const request = { id: 'r', method: 'GET', host: 'orders.svc', path: '/orders/7' };
  const { stdout, stderr, code } = await whatIf(
    [record(0, 'spiffe://acme/shop', { jwt, request })],
    ['--output', 'json'],
    policies,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report = JSON.parse(stdout) as Report;
  expect(
    Object.fromEntries(
      report.limits.map(({ name, keys: [key], unsaid: [cause] }) => [name, key?.key ?? cause?.cause]),
    ),
  ).toEqual({
    subject: 'app',
    sub: 'app',
    tenant: "`jwt.claims['tenant']`",
    scopes: '`jwt.scopes`',
    path: '/orders/7',
    id: '7',
    raw: '`request.path`',
    query: '`request.query_params`',
    principal: 'spiffe://acme/shop',
    certificate: '`source.certificate`',
    body: '`request.body`',
    mesh: '`connection`',
  });
});

test.each([
  [['--log', 'missing.jsonl'], '`missing.jsonl` does not exist'],
  [['--replicas', '0'], '`0` is not a whole number above zero'],
])('%j is a usage error', async (args, problem) => {
  const { code, stderr } = await whatIf(LINES, args);
  expect(code).toBe(2);
  expect(stderr).toContain(problem);
});

test('lines without a record are left out and told, and a log without any is an error', async () => {
  const some = await whatIf(['{', LINES[0] ?? '', '{}']);
  expect(some.code).toBe(0);
  expect(some.stderr).toMatch(
    /^note: 2 lines of `log.jsonl` left out; line 1 holds no record: it is not JSON/,
  );
  const none = await whatIf(['{}']);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('lictor limits: the logs hold no record');
});

test('an unknown action and a missing log are usage errors', async () => {
  const folder = await scratchFolder(stack);
  const unknown = await inProcess(['limits', 'whatif', '.', '--log', 'a'], folder);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('unknown action `whatif`; write `what-if`');
  expect((await inProcess(['limits', 'what-if', '.'], folder)).stderr).toContain('--log');
});
