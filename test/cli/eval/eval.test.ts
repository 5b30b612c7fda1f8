import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompactSign } from 'jose';
import { openPolicyFolder } from '../../../src/cli/terminal/policy-folder.ts';
import { processTerminal } from '../../../src/cli/terminal/terminal.ts';

import { type CaseResult, TestRun } from '../../../src/tools/testing/test-run.ts';
import { TraceRecording } from '../../../src/tools/testing/trace-recording.ts';
import type { Ended } from '../../support/command.ts';
import { inProcess, writeFiles } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders, owner: team-orders}
spec:
  match:
    - {hosts: [orders.acme.svc], paths: ["/orders/{id}"], when: request.scheme == 'https'}
  authenticate:
    mtls: {principals: ["spiffe://acme.example/ns/shop/sa/*"]}
    jwt: {issuers: [acme]}
  rules:
    - {name: no-export, effect: deny, when: "request.params.id == 'export'", message: no export here}
    - {name: typed, effect: deny, when: "'level' in jwt.claims && jwt.claims.level < 3"}
    - {name: read, effect: allow, match: [{methods: [GET]}], when: "jwt.scopes.exists(s, s == 'orders:read')"}
    - {name: write, effect: allow, match: [{methods: [POST]}]}
  schemas:
    - {match: [{methods: [POST]}], body: {jsonSchema: {type: object, required: [book]}}}
  limits:
    - {name: calls, key: [source.principal], rate: 10/s}
  respond:
    allow: {requestHeaders: {set: {x-subject: {cel: jwt.subject}}, remove: [x-admin]}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: strict}
spec:
  mode: shadow
  match: [{hosts: [orders.acme.svc]}]
  rules: [{name: nobody, effect: deny, when: request.method == 'GET'}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: wiki}
spec:
  match: [{hosts: [wiki.acme.svc]}]
  requireHeaders: [x-tenant, x-user, x-late]
  rules: [{name: read, effect: allow}]
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", audiences: [orders], keys: {jwksUri: "https://login.acme.example/jwks"}}
`;
const CHECKOUT = [
  '--host',
  'orders.acme.svc',
  '--path',
  '/orders/42',
  '--principal',
  'spiffe://acme.example/ns/shop/sa/checkout',
];
const TOKEN = ['--issuer', 'acme', '--claim', 'scope=orders:list orders:read'];
const NOW = ['--now', '2026-06-01T12:00:00Z'];

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await mkdir(join(directory, 'policies'));
  await mkdir(join(directory, 'broken'));
  await writeFile(join(directory, 'policies/orders.yaml'), POLICIES);
  await writeFile(join(directory, 'broken/orders.yaml'), POLICIES.replace('kind: Policy', 'kind: Police'));
  await writeFile(join(directory, 'book.json'), '{"book": 42}');
});

afterAll(() => stack.disposeAsync());

const run = (...args: readonly string[]): Promise<Ended> => inProcess(['eval', ...args], directory);

interface Report {
  readonly decision: string;
  readonly reason: string;
  readonly notes: readonly string[];
  readonly now: string;
  readonly [station: string]: unknown;
}

async function report(...args: readonly string[]): Promise<Report> {
  const { stdout, stderr } = await run('policies', '--output', 'json', ...args);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

/** Each finding of a step as `policy: what = state`. */
function states(told: Report, station: string): string[] {
  return (told[station] as { policy: string; what: string; state: string; decided: boolean }[]).map(
    ({ policy, what, state, decided }) =>
      `${policy}${what === '' ? '' : `: ${what}`} = ${state}${decided ? ' (decided)' : ''}`,
  );
}

test('an allowed request is explained station by station', async () => {
  const { code, stdout, stderr } = await run(
    'policies',
    ...CHECKOUT,
    ...TOKEN,
    ...NOW,
    '--header',
    'X-Admin: yes',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const revision = /by revision (\S+)/.exec(stdout)?.[1] ?? '';
  expect(stdout).toBe(`allow 200 by orders/read
  GET https://orders.acme.svc/orders/42 from spiffe://acme.example/ns/shop/sa/checkout (192.0.2.1) with a token of acme
  at 2026-06-01T12:00:00.000Z, by revision ${revision}
  to the service: x-subject: caller
  to the service: x-admin is taken away

note: the token is signed by a throwaway key in place of those of its issuer

Policies
  ✓ orders  /orders/{id} at orders.acme.svc  policies/orders.yaml:3
      when: request.scheme == 'https'  true
        request.scheme                 "https"
  ✓ strict  in shadow, at orders.acme.svc  policies/orders.yaml:24
  · wiki  the host is not wiki.acme.svc  policies/orders.yaml:32

Authentication
  ✓ orders: mtls  a peer that is spiffe://acme.example/ns/shop/sa/*  policies/orders.yaml:8
  ✓ orders: jwt  a token of acme: one of acme, subject caller  policies/orders.yaml:9

Rules
  · orders: deny no-export  false  policies/orders.yaml:11
      when: request.params.id == 'export'  false
        request.params.id                  "42"
          request.params                   {"id": "42"}
  · orders: deny typed  false  policies/orders.yaml:12
      when: 'level' in jwt.claims && jwt.claims.level < 3  false
        'level' in jwt.claims                              false
          jwt.claims                                       {"iss": "https://login.acme.example", "sub": "caller", "aud…
        jwt.claims.level < 3                               not needed
  ✗ strict: deny nobody  in shadow: true  policies/orders.yaml:28
      when: request.method == 'GET'  true
        request.method               "GET"
  ✓ orders: allow read  true  policies/orders.yaml:13  ← decided
      when: jwt.scopes.exists(s, s == 'orders:read')  true
        jwt.scopes                                    ["orders:list", "orders:read"]
        s == 'orders:read'                            false · true
          s                                           "orders:list" · "orders:read"
    orders: allow write  not evaluated  policies/orders.yaml:14

Schemas
  · orders: body  the method is not POST  policies/orders.yaml:16

Limits
  ✓ orders: calls  10/s, burst 10, by source.principal: 9 left  policies/orders.yaml:18
      key: source.principal  "spiffe://acme.example/ns/shop/sa/checkout"

Response
  ✓ orders: remove x-admin  policies/orders.yaml:20
  ✓ orders: set x-subject  policies/orders.yaml:20
      x-subject: jwt.subject  "caller"

Shadow policies would have said
  strict/nobody  deny rule_denied
`);
});

test.each<[string, readonly string[], string, string, readonly string[]]>([
  ['no token', [], 'token_missing', 'authentication', ['orders: mtls = yes', 'orders: jwt = no (decided)']],
  [
    'a stranger',
    ['--principal', 'spiffe://acme.example/ns/hr/sa/x'],
    'peer_untrusted',
    'authentication',
    ['orders: mtls = no (decided)', 'orders: jwt = not_evaluated'],
  ],
  ['nothing is asked past a refusal', [], 'token_missing', 'limits', ['orders: calls = not_evaluated']],
  [
    'a deny rule',
    [...TOKEN, '--path', '/orders/export'],
    'rule_denied',
    'rules',
    [
      'orders: deny no-export = yes (decided)',
      'orders: deny typed = no',
      'strict: deny nobody = yes',
      'orders: allow read = not_evaluated',
      'orders: allow write = not_evaluated',
    ],
  ],
  [
    'no rule',
    ['--issuer', 'acme'],
    'no_rule',
    'rules',
    [
      'orders: deny no-export = no',
      'orders: deny typed = no',
      'strict: deny nobody = yes',
      'orders: allow read = no',
      'orders: allow write = no',
    ],
  ],
  [
    'a condition that fails',
    [...TOKEN, '--claim', 'level="high"'],
    'policy_error',
    'rules',
    [
      'orders: deny no-export = no',
      'orders: deny typed = failed (decided)',
      'strict: deny nobody = yes',
      'orders: allow read = not_evaluated',
      'orders: allow write = not_evaluated',
    ],
  ],
  [
    'a body that is missing',
    [...TOKEN, '--method', 'POST'],
    'body_missing',
    'schemas',
    ['orders: body = no (decided)'],
  ],
  [
    'a body that fits',
    [...TOKEN, '--method', 'POST', '--body', 'book.json'],
    'allowed',
    'schemas',
    ['orders: body = yes'],
  ],
  [
    'another host',
    ['--host', 'nowhere.acme.svc'],
    'no_policy',
    'policies',
    ['orders = no', 'strict = no', 'wiki = no'],
  ],
])('%s', async (_, args, reason, station, expected) => {
  const told = await report(...CHECKOUT, ...NOW, ...args);
  expect(told.reason).toBe(reason);
  expect(states(told, station)).toEqual(expected);
});

test('an expression that fails is shown where it fails, and the exit code says denied', async () => {
  const { code, stdout } = await run('policies', ...CHECKOUT, ...TOKEN, ...NOW, '--claim', 'level="high"');
  expect(code).toBe(1);
  expect(stdout).toContain('failed: ');
  expect(stdout).toMatch(/jwt\.claims\.level < 3 +✗ /);
});

test('without a folder, that in which one stands decides', async () => {
  const here = await inProcess(['eval', ...CHECKOUT, ...TOKEN, ...NOW], join(directory, 'policies'));
  expect(here).toMatchObject({ code: 0, stdout: expect.stringMatching(/^allow 200 by orders\/read\n/) });
  expect(here.stdout).toContain(' orders.yaml:3\n');
});

test('without a folder, that with a lictor.yaml in which one stands decides, and its data are read', async () => {
  await using own = new AsyncDisposableStack();
  const root = await scratchFolder(own);
  const data = 'apiVersion: lictor/v1\nkind: Dataset\nmetadata: {name: tenants}\nspec: {values: [acme]}\n';
  await writeFiles(root, { 'lictor.yaml': data, 'a/orders.yaml': POLICIES, 'b/c/.keep': '' });
  const here = join(root, 'b/c');
  const decided = await inProcess(['eval', ...CHECKOUT, ...TOKEN, ...NOW], here);
  expect(decided).toMatchObject({ code: 0, stdout: expect.stringContaining(' ../../a/orders.yaml:3\n') });
  const read = await inProcess(['eval', '--expression', "'acme' in data.tenants"], here);
  expect(read).toMatchObject({ code: 0, stdout: expect.stringMatching(/^true\n/) });
});

test.each([
  ['a JSON object', ['--body', '{"book": 42}'], 'allowed'],
  ['another JSON object', ['--body', ' {"boot": 42}'], 'schema_violation'],
  ['a JSON list', ['--body', '[42]'], 'schema_violation'],
  ['a JSON text', ['--body', '"book"'], 'schema_violation'],
  ['JSON that is cut', ['--body', '{"book": 4'], 'body_malformed'],
  ['JSON as text', ['--body-text', '{"book": 42}'], 'allowed'],
  ['other text', ['--body-text', 'book=42'], 'body_malformed'],
  ['no text', ['--body-text', ''], 'body_missing'],
])('a body on the command line: %s', async (_, args, reason) => {
  expect((await report(...CHECKOUT, ...TOKEN, '--method', 'POST', ...args)).reason).toBe(reason);
});

test('a policy whose match failed decides, and so does a body that is too long', async () => {
  await mkdir(join(directory, 'unsure'), { recursive: true });
  const text = `apiVersion: lictor/v1
kind: Policy
metadata: {name: unsure}
spec:
  match: [{hosts: [a], when: "request.headers['x'] == '1'"}]
  rules: [{name: all, effect: allow}]
  schemas: [{body: {jsonSchema: {type: object}, maxBytes: 3}}]
`;
  await writeFile(join(directory, 'unsure/unsure.yaml'), text);
  const failing = await run('unsure', '--host', 'a');
  expect(failing.stdout).toContain(
    '! unsure  `when` failed: no such key `x`  unsure/unsure.yaml:3  ← decided\n',
  );
  const long = await run('unsure', '--host', 'a', '--header', 'x: 1', '--body', 'book.json');
  expect(long.stdout).toContain(
    '✗ unsure: body  the body is longer than 3 bytes  unsure/unsure.yaml:7  ← decided',
  );
});

test('a request from a file, changed by flags', async () => {
  await writeFile(
    join(directory, 'request.yaml'),
    `now: 2026-06-01T12:00:00Z
caller: {principal: spiffe://acme.example/ns/shop/sa/checkout, jwt: {issuer: acme, claims: {scope: "orders:read"}}}
request: {method: GET, host: orders.acme.svc, path: /orders/7}
`,
  );
  const told = await report('--request', 'request.yaml');
  expect(told).toMatchObject({ decision: 'allow', rule: 'read', now: '2026-06-01T12:00:00.000Z' });
  expect(await report('--request', 'request.yaml', '--path', '/orders/export')).toMatchObject({
    rule: 'no-export',
  });
  expect(await report('--request', 'request.yaml', '--claim', 'exp=1')).toMatchObject({
    reason: 'token_expired',
  });
});

test('a CheckRequest as JSON, in either spelling of its names', async () => {
  const http = {
    method: 'GET',
    host: 'orders.acme.svc',
    path: '/orders/7',
    scheme: 'https',
    headers: { 'x-a': '1' },
    size: '0',
  };
  const source = { principal: 'spiffe://acme.example/ns/shop/sa/checkout' };
  await writeFile(
    join(directory, 'snake.json'),
    JSON.stringify({
      attributes: {
        source: { ...source, address: { socket_address: { address: '10.0.0.7', port_value: 5 } } },
        request: { time: '2026-06-01T12:00:00.5Z', http },
        context_extensions: { some_key: 'x' },
        metadata_context: { filter_metadata: { 'a.b_c': { in_side: [1, null] } } },
      },
    }),
  );
  const told = await report('--request', 'snake.json', ...TOKEN);
  expect(told).toMatchObject({
    decision: 'allow',
    now: '2026-06-01T12:00:00.500Z',
    request: { address: '10.0.0.7' },
  });
  const value = async (expression: string): Promise<string> =>
    (await run('--expression', expression, '--request', 'snake.json')).stdout.split('\n')[0] ?? '';
  expect(await value('context.some_key')).toBe('"x"');
  expect(await value("metadata['a.b_c'].in_side")).toBe('[1, null]');
  expect(await value('source.port')).toBe('5');
  expect(await value("request.headers['x-a']")).toBe('"1"');
});

describe('a recorded decision', () => {
  const record = {
    time: '2026-06-01T12:00:00.123456Z',
    decision_id: 'x',
    decision: 'allow',
    reason: 'allowed',
    status: 200,
    mode: 'enforce',
    policy: 'orders',
    rule: 'read',
    revision: { commit: '', digest: 'sha256:0', dirty: false, source: 'digest' },
    request: { id: '', method: 'GET', host: 'orders.acme.svc', path: '/orders/42' },
    source: { principal: 'spiffe://acme.example/ns/shop/sa/checkout', address: '10.0.0.7' },
    destination: { principal: '' },
    jwt: { issuer: 'https://login.acme.example', subject: 'ann' },
  };

  test('reports the data that a record lacks, and the recorded decision', async () => {
    await writeFile(join(directory, 'record.jsonl'), `${JSON.stringify(record)}\n`);
    const bare = await report('--record', 'record.jsonl');
    expect(bare.reason).toBe('no_rule');
    expect(bare.notes).toEqual([
      expect.stringContaining('a record holds no headers'),
      expect.stringContaining('throwaway key'),
      'it was recorded differently: allow 200 allowed by orders/read',
      'it was recorded by other policies: sha256:0',
    ]);
    const whole = await report('--record', 'record.jsonl', '--claim', 'scope=orders:read');
    expect(whole.reason).toBe('allowed');
    expect(whole.notes).toContain('it was recorded the same: allow 200 allowed by orders/read');
    expect(whole['answer']).toMatchObject({ request_headers: { set: { 'x-subject': 'ann' } } });
  });

  test('of another issuer, without its token', async () => {
    const foreign = { ...record, jwt: { issuer: 'https://elsewhere.example', subject: 'ann' } };
    await writeFile(join(directory, 'foreign.jsonl'), JSON.stringify(foreign));
    const told = await report('--record', 'foreign.jsonl');
    expect(told.reason).toBe('token_missing');
    expect(told.notes).toContainEqual(expect.stringContaining('https://elsewhere.example'));
  });

  test.each([
    ['nothing', '', 'holds no record'],
    ['two lines', '{}\n{}\n', 'holds 2 records'],
    ['no JSON', 'hello', 'is not JSON'],
    ['other JSON', '{"level": 30}', 'it has no `time`, `reason` or `request`'],
  ])('%s is refused', async (_, text, message) => {
    await writeFile(join(directory, 'bad.jsonl'), text);
    const ended = await run('policies', '--record', 'bad.jsonl');
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

test('a token as it is', async () => {
  const told = await report(...CHECKOUT, '--token', 'not.a.token');
  expect(told.reason).toBe('token_malformed');
  expect(JSON.stringify(told)).not.toContain('not.a.token');
});

test('a token of an issuer without keys in the folder gets a note', async () => {
  const [header, payload] = [{ alg: 'ES256', kid: 'k' }, { iss: 'https://login.acme.example' }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const told = await report(...CHECKOUT, '--token', `${header}.${payload}.${'A'.repeat(86)}`);
  expect(told.reason).toBe('keys_unavailable');
  expect(told.notes).toEqual([expect.stringContaining('no keys are fetched here')]);
});

test('a token of an issuer with keys in the folder is verified with them', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] };
  await mkdir(join(directory, 'inline'), { recursive: true });
  await writeFile(
    join(directory, 'inline/orders.yaml'),
    POLICIES.replace('{jwksUri: "https://login.acme.example/jwks"}', `{jwks: ${JSON.stringify(jwks)}}`),
  );
  const claims = {
    iss: 'https://login.acme.example',
    aud: 'orders',
    scope: 'orders:read',
    exp: 1_780_318_800,
  };
  const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(privateKey);
  const good = await run('inline', ...CHECKOUT, ...NOW, '--token', token);
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('allow 200 by orders/read')]);
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  const bad = await run('inline', ...CHECKOUT, ...NOW, '--token', forged);
  expect([bad.code, bad.stdout]).toEqual([1, expect.stringContaining('deny 401 token_bad_signature')]);
});

test('a token that came with the request is never shown', async () => {
  const header = ['--header', 'authorization: Bearer not.a.token'];
  const expression = "request.headers['authorization']";
  const { stdout } = await run('policies', ...header, '--expression', expression);
  expect(stdout).toContain('"Bearer (token)"');
  expect(stdout).not.toContain('not.a.token');
  const explained = await run('policies', ...CHECKOUT, ...header);
  expect(explained.stdout).toContain('token_malformed');
  expect(explained.stdout).not.toContain('not.a.token');
});

test.each([
  ["request.method == 'GET'", 0, "true\n\nvalue: request.method == 'GET'  true\n  request.method"],
  ["request.method == 'PUT'", 1, 'false\n'],
  ['request.url_path', 0, '"/orders/42"\n'],
  ['jwt.claims.level + 1', 0, '4\n'],
  ["request.headers[?'x']", 0, 'optional.none()\n'],
  ['jwt.claims.nope', 1, 'failed: no such key `nope`\n'],
  ['now', 0, '2026-06-01T12:00:00Z\n'],
  ["duration('90s')", 0, '90s\n'],
])('the expression %s', async (expression, code, begins) => {
  const args = [...CHECKOUT, ...NOW, '--issuer', 'acme', '--claim', 'level=3'];
  const ended = await run('policies', ...args, '--expression', expression);
  expect([ended.code, ended.stderr]).toEqual([code, '']);
  expect(ended.stdout.startsWith(begins)).toBe(true);
});

test('a name without parts is shown once', async () => {
  expect(await run('--path', '/a', '--expression', 'request.path')).toMatchObject({ stdout: '"/a"\n' });
});

test('an expression that does not compile is shown with a caret', async () => {
  expect(await run('--expression', 'reqest.method == "GET"')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /--expression:1:1: error\[cel_unknown_name\].*\n.*\n.*\^+\nhelp: did you mean `request`/,
    ),
  });
});

test.each<[string, readonly string[], string]>([
  ['a folder that is not there', ['nowhere', '--host', 'a'], '`nowhere` does not exist'],
  ['no host', ['policies'], 'the request has no host'],
  ['two sources', ['policies', '--request', 'a', '--record', 'b'], 'one of `--request` and `--record`'],
  ['a file that is not there', ['policies', '--request', 'nope.yaml'], '`nope.yaml` does not exist'],
  [
    'an address that is not one',
    ['policies', '--address', '1.2.3'],
    '--address: `1.2.3` is not an IP address',
  ],
  [
    'a host with a scheme',
    ['policies', '--host', 'https://a/b'],
    '--host: `https://a/b` has a scheme or a path; write the host alone',
  ],
  ['a header without a colon', ['policies', '--header', 'x'], '--header: `x` is not a header'],
  ['a token beside an issuer', ['policies', '--token', 'a.b.c', '--issuer', 'acme'], 'is sent as it is'],
  ['a claim of nobody', ['policies', '--claim', 'a=b'], 'say whose with `--issuer NAME`'],
  [
    'a claim without a value',
    ['policies', '--issuer', 'acme', '--claim', 'a'],
    '--claim: `a` is not a claim',
  ],
  ['an unknown issuer', ['policies', '--issuer', 'globex'], 'known here: `acme`'],
  ['a time that is none', ['policies', '--now', 'noon'], '--now: `noon` is not a time'],
  ['a path without a slash', ['policies', '--path', 'x'], 'does not begin with `/`'],
])('%s is refused', async (_, args, message) => {
  const ended = await run(...args);
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(message);
});

test('a folder that does not compile has an exit code of its own', async () => {
  const ended = await run('broken', '--host', 'a');
  expect([ended.code, ended.stdout]).toEqual([4, '']);
  expect(ended.stderr).toContain('did you mean `Policy`?');
});

test.each([
  ['a misspelt field', 'request: {methd: GET}', 'did you mean `method`?'],
  ['nothing', '', 'the field `request` is missing'],
  ['no HTTP', '{"attributes": {}}', 'not about an HTTP request'],
  ['a number for a path', '{"attributes": {"request": {"http": {"path": 1}}}}', 'is not text'],
  ['no time', '{"attributes": {"request": {"time": "x", "http": {}}}}', 'RFC 3339'],
  [
    'an issuer that there is not',
    'request: {host: a}\ncaller: {jwt: {issuer: acne}}',
    'did you mean `acme`?',
  ],
])('a request file with %s is refused', async (_, text, message) => {
  await writeFile(join(directory, 'bad.yaml'), text);
  const ended = await run('policies', '--request', 'bad.yaml');
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(message);
});

describe('with variables, datasets, environments and rules that end', () => {
  const LANGUAGE = `apiVersion: lictor/v1
kind: Policy
metadata: {name: shop}
spec:
  match: [{hosts: [shop.acme.svc]}]
  variables:
    tenant: request.headers[?'x-tenant'].orValue('')
    known: variables.tenant in data.tenants
  rules:
    - {name: known, effect: allow, when: variables.known && env.open}
    - {name: migration, effect: allow, expires: "2026-06-01T00:00:00Z", reason: OPS-1}
---
apiVersion: lictor/v1
kind: Dataset
metadata: {name: tenants}
spec: {values: [acme]}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: production}
spec: {values: {open: true}}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: staging}
spec: {values: {open: false}}
`;
  const SHOP = ['language', '--host', 'shop.acme.svc', '--header', 'x-tenant: acme', ...NOW];

  beforeAll(async () => {
    await mkdir(join(directory, 'language'));
    await writeFile(join(directory, 'language/shop.yaml'), LANGUAGE);
  });

  test('each variable is shown once, with the values that it reads', async () => {
    const { code, stdout } = await run(...SHOP, '--environment', 'production');
    expect(code).toBe(0);
    expect(stdout).toContain(`  ✓ shop  at shop.acme.svc  language/shop.yaml:3
      variables.tenant: request.headers[?'x-tenant'].orValue('')  "acme"
        request.headers[?'x-tenant']                              "acme"
          request.headers                                         {"x-tenant": "acme"}
      variables.known: variables.tenant in data.tenants  true
        variables.tenant                                 "acme"
        data.tenants                                     ["acme"]
`);
    expect(stdout).toContain('when: variables.known && env.open  true');
  });

  test('the environment is the one that is named', async () => {
    const { code, stdout } = await run(...SHOP, '--environment', 'staging');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/env\.open +false\n/)]);
    expect(stdout).toContain('shop: allow migration  ended 2026-06-01T00:00:00.000Z');
  });

  test('an expression sees datasets and the environment', async () => {
    const { stdout } = await run(
      ...SHOP,
      '--environment',
      'staging',
      '--expression',
      'data.tenants.size() + int(env.open ? 5 : 6)',
    );
    expect(stdout.split('\n')[0]).toBe('7');
  });

  test.each([
    [[], 'several Environments, select one with `--environment`; known here: `production`, `staging`'],
    [['--environment', 'test'], 'unknown Environment `test`'],
  ])('%j is refused', async (args, message) => {
    const ended = await run(...SHOP, ...args);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('changes of a policy to answers', () => {
  const ANSWERS = `apiVersion: lictor/v1
kind: Policy
metadata: {name: answers}
spec:
  match: [{hosts: [a.acme.svc]}]
  rules:
    - {name: closed, effect: deny, when: request.url_path == '/closed'}
    - {name: all, effect: allow}
  respond:
    allow:
      requestHeaders: {set: {x-n: {cel: "request.query_params['n'][0]"}}, remove: [x-gone]}
      responseHeaders: {set: {x-seen: "yes"}, append: {via: {cel: request.scheme}}}
      query: {set: {q: {cel: "'1'"}}, remove: [debug]}
      metadata: {size: {cel: request.size}}
    deny:
      headers: {set: {x-help: wiki}}
      body: {cel: "'{no ' + request.method"}
`;

  beforeAll(async () => {
    await mkdir(join(directory, 'answers'));
    await writeFile(join(directory, 'answers/a.yaml'), ANSWERS);
  });

  const parts = (told: Report): string[] => states(told, 'responses');

  test('of an allowed request', async () => {
    const args = ['--host', 'a.acme.svc', '--path', '/?n=7', '--header', 'x-gone: 1'];
    const { code, stdout } = await run('answers', ...args);
    expect(code).toBe(0);
    const { revision } = JSON.parse((await run('answers', ...args, '--output', 'json')).stdout) as Report;
    expect(
      stdout.slice(stdout.indexOf(String(revision)) + String(revision).length, stdout.indexOf('Policies')),
    ).toBe(`
  to the caller: x-seen: yes
  to the caller: via: https
  to the service: x-n: 7
  to the service: x-gone is taken away
  to the service: ?q=1
  to the service: ?debug is taken away

`);
    expect(stdout).toContain(
      '  ✓ answers: metadata: set size  answers/a.yaml:10\n      size: request.size  0\n',
    );
  });

  test('of a denial, its body included', async () => {
    const { stdout } = await run('answers', '--host', 'a.acme.svc', '--path', '/closed', '--output', 'json');
    const told = JSON.parse(stdout) as Report;
    expect(told).toMatchObject({ rule: 'closed', body: '{no GET', detail: 'a rule denies this request' });
    expect(parts(told)).toEqual(['answers: denial: set x-help = yes', 'answers: denial: body = yes']);
  });

  test('and where a value fails', async () => {
    const { stdout } = await run('answers', '--host', 'a.acme.svc', '--output', 'json');
    const told = JSON.parse(stdout) as Report;
    expect(told.reason).toBe('policy_error');
    expect(parts(told)).toEqual([
      'answers: remove x-gone = yes',
      'answers: query: remove debug = yes',
      'answers: set x-n = failed (decided)',
      'answers: denial: set x-help = yes',
      'answers: denial: body = yes',
    ]);
  });
});

test('required headers, with the first that is missing', async () => {
  const args = ['policies', '--host', 'wiki.acme.svc', '--header', 'x-tenant: a'];
  const { stdout } = await run(...args);
  expect(stdout).toContain('deny 400 header_missing by wiki');
  expect(stdout).toContain(`Required headers
  ✓ wiki: x-tenant  is there  policies/orders.yaml:35
  ✗ wiki: x-user  the header \`x-user\` is missing  policies/orders.yaml:35  ← decided
    wiki: x-late  not evaluated  policies/orders.yaml:35
`);
  const json = JSON.parse((await run(...args, '--output', 'json')).stdout) as { required_headers: unknown[] };
  expect(json.required_headers).toEqual(
    [
      { what: 'x-tenant', state: 'yes', decided: false },
      { what: 'x-user', state: 'no', decided: true },
      { what: 'x-late', state: 'not_evaluated', decided: false },
    ].map((part) => expect.objectContaining({ ...part, policy: 'wiki', line: 35 }) as unknown),
  );
});

test('peers from trusted proxies', async () => {
  await mkdir(join(directory, 'xfcc'));
  const text = `apiVersion: lictor/v1
kind: Policy
metadata: {name: behind}
spec:
  authenticate: {mtls: {from: xfcc, principals: ["spiffe://acme.example/**"]}}
  rules: [{name: all, effect: allow, when: source.xfcc.size() == 1}]
`;
  await writeFile(join(directory, 'xfcc/behind.yaml'), text);
  const args = ['xfcc', '--host', 'a', '--header', 'x-forwarded-client-cert: URI=spiffe://acme.example/web'];
  const trusting = await run(...args, '--xfcc-trusted-hops', '1');
  expect([trusting.code, trusting.stdout]).toEqual([
    0,
    expect.stringContaining(
      '✓ behind: mtls  a client of the nearest trusted proxy that is spiffe://acme.example/**',
    ),
  ]);
  const from = 'from spiffe://acme.example/web through spiffe://acme.example/gw (192.0.2.1)';
  const forwarded = [...args, '--xfcc-trusted-hops', '1', '--principal', 'spiffe://acme.example/gw'];
  expect((await run(...forwarded)).stdout).toContain(from);
  const json = JSON.parse((await run(...forwarded, '--output', 'json')).stdout) as unknown;
  const caller = { principal: 'spiffe://acme.example/web', via: 'xfcc' };
  expect(json).toMatchObject({ request: { caller } });
  const named = await run(...forwarded, '--expression', "caller.via + ' ' + caller.spiffe.path");
  expect(named.stdout).toMatch(/^"xfcc \/web"\n/);
  expect((await run(...args)).stdout).toContain('deny 401 peer_missing by behind');
  const size = ['--expression', 'source.xfcc.size()', '--xfcc-trusted-hops', '1'];
  expect((await run(...args, ...size)).stdout).toMatch(/^1\n/);
  expect((await run(...args, '--xfcc-trusted-hops', 'all')).code).toBe(2);
});

test('every test of the example policies gets the same answer with and without a trace', async () => {
  const folder = await openPolicyFolder('policies', { ...processTerminal(), directory: process.cwd() });
  if ('problem' in folder || folder.set === undefined) throw new Error('the example does not compile');
  const now = Date.now();
  const plain = new TestRun(folder.set, now);
  const traced = new TestRun(folder.set, now, { trace: new TraceRecording() });
  const cases = folder.tests.flatMap((test) => test.cases.map((each) => ({ test, each })));
  expect(cases.length).toBeGreaterThan(50);
  // Every token is signed anew.
  const steady = ({ answer }: CaseResult) => ({
    ...answer,
    requestHeaders: [...answer.requestHeaders].filter(([name]) => name !== 'authorization'),
  });
  for (const { test, each } of cases) {
    expect(steady(await traced.run(test, each))).toEqual(steady(await plain.run(test, each)));
  }
});
