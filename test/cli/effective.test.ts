import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended } from '../support/command.ts';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match:
    - {hosts: [orders.acme.svc], methods: [GET], when: request.scheme == 'https'}
    - hosts: [orders.acme.svc]
      paths: [/orders]
      when: request.scheme == 'http'
  authenticate:
    mtls: {}
    jwt: {issuers: [acme], required: false}
  rules:
    - {name: read, effect: allow, match: [{methods: [GET]}], when: "'a' in jwt.scopes"}
    - name: write
      effect: allow
      match:
        - {methods: [POST], when: now > timestamp('2026-01-01T00:00:00Z')}
        - {methods: [PUT]}
    - {name: nobody, effect: deny, match: [{paths: [/admin]}]}
  schemas:
    - {match: [{methods: [PUT]}], body: {jsonSchema: {type: object}}}
    - match: [{methods: [POST]}]
      body: {jsonSchema: {type: object}, maxBytes: 100}
  limits:
    - {name: flood, key: [source.address], rate: 5/m, phase: first}
    - name: calls
      key: [source.principal, request.method]
      rate: 10/s
      burst: 20
      when: request.method != 'OPTIONS'
  respond:
    allow: {requestHeaders: {set: {x-a: "1", x-b: {cel: jwt.subject}}, append: {via: l}, remove: [x-c]}}
    deny: {headers: {set: {x-d: "2"}}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: trial}
spec:
  mode: shadow
  match: [{hosts: [trial.acme.svc]}]
  requireHeaders: [x-tenant, X-User]
  rules: [{name: all, effect: allow}]
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", audiences: [orders], keys: {jwksUri: "https://login.acme.example/jwks"}}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  for (const [name, text] of [
    ['policies', POLICIES],
    ['broken', 'apiVersion: lictor/v1\nkind: Police\n'],
  ] as const) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, 'orders.yaml'), text);
  }
});

afterAll(() => stack.disposeAsync());

const run = (...args: readonly string[]): Promise<Ended> => inProcess(['effective', ...args], directory);

test('every step, with its position and its conditions', async () => {
  const { code, stdout } = await run(
    'policies',
    '--host',
    'ORDERS.acme.svc:443',
    '--path',
    '/x/../orders?q=1',
    '--method',
    'POST',
  );
  expect(stdout).toBe(`POST orders.acme.svc/orders

1. policies
   orders  /orders at orders.acme.svc  policies/orders.yaml:3
      when request.scheme == 'http'

3. limits before authentication
   orders/flood  5/m, burst 5, by source.address  policies/orders.yaml:26

4. authentication
   orders  any peer with a certificate  policies/orders.yaml:11
   orders  a token of acme, if there is one  policies/orders.yaml:12

6. allow rules
   orders/write  POST  policies/orders.yaml:15
      when now > timestamp('2026-01-01T00:00:00Z')

7. schemas
   orders  a body of at most 100 bytes that fits its schema (POST)  policies/orders.yaml:23

8. limits
   orders/calls  10/s, burst 20, by source.principal, request.method  policies/orders.yaml:27
      when request.method != 'OPTIONS'

9. response
   orders  remove x-c  policies/orders.yaml:33
   orders  set x-a = "1"  policies/orders.yaml:33
   orders  set x-b = {cel: jwt.subject}  policies/orders.yaml:33
   orders  append via = "l"  policies/orders.yaml:33
   orders  denial: set x-d = "2"  policies/orders.yaml:34
`);
  expect(code).toBe(0);
});

test('without a method, every method applies, and conditions are alternatives', async () => {
  const { stdout } = await run('policies', '--host', 'orders.acme.svc', '--path', '/orders');
  expect(stdout).toContain("      when (request.scheme == 'https') || (request.scheme == 'http')\n");
  expect(stdout).toContain('   orders/read  GET  ');
  // One of its entries has no condition.
  expect(stdout).toMatch(/ {3}orders\/write {2}POST; or PUT .*\n\n/);
});

test('headers that a request must have', async () => {
  const { stdout } = await run('policies', '--host', 'trial.acme.svc', '--path', '/');
  expect(stdout).toMatch(
    /2\. required headers\n {3}trial \(shadow\) {2}a value in each of x-tenant, x-user {2}policies\/orders\.yaml:\d+\n/,
  );
});

test('the same for programs', async () => {
  const { stdout } = await run(
    'policies',
    '--host',
    'orders.acme.svc',
    '--path',
    '/admin',
    '--output',
    'json',
  );
  const { governed, ...about } = JSON.parse(stdout) as { governed: unknown[] };
  expect(about).toEqual({ host: 'orders.acme.svc', method: null, path: '/admin', note: null });
  expect(governed).toContainEqual({
    step: 'deny_rules',
    policy: 'orders',
    name: 'nobody',
    mode: 'enforce',
    text: '/admin',
    when: [],
    file: 'policies/orders.yaml',
    line: 20,
  });
});

test.each<[string, readonly string[], number, string]>([
  [
    'nothing governs it',
    ['--host', 'x.y', '--path', '/'],
    1,
    'no policy governs this: denied with no_policy',
  ],
  ['only a trial', ['--host', 'trial.acme.svc', '--path', '/'], 1, 'only shadow policies select this'],
  [
    'no allow rule',
    ['--host', 'orders.acme.svc', '--path', '/orders', '--method', 'DELETE'],
    0,
    'no allow rule can match',
  ],
  [
    'an ambiguous path',
    ['--host', 'orders.acme.svc', '--path', '/orders%2f'],
    0,
    'denied unless every policy has',
  ],
])('%s', async (_, args, code, told) => {
  const ended = await run('policies', ...args);
  expect([ended.code, ended.stdout]).toEqual([code, expect.stringContaining(told)]);
});

test.each<[string, readonly string[], string]>([
  ['no host', ['policies', '--path', '/'], '--host'],
  ['a host with a path', ['policies', '--host', 'a/b', '--path', '/'], 'has a scheme or a path'],
  ['a path without a slash', ['policies', '--host', 'a', '--path', 'x'], 'does not begin with `/`'],
  ['no such folder', ['nowhere', '--host', 'a', '--path', '/'], '`nowhere` does not exist'],
])('%s is wrong usage', async (_, args, message) => {
  const ended = await run(...args);
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(message);
});

test('a broken folder has an exit code of its own', async () => {
  const ended = await run('broken', '--host', 'a', '--path', '/');
  expect([ended.code, ended.stdout]).toEqual([4, '']);
  expect(ended.stderr).toContain('did you mean `Policy`?');
});

test.each([
  ['orders.acme.svc:443', 'note: hosts are compared without a port; that of `--host` has no effect\n'],
  ['orders.acme.svc', ''],
])('a port in `--host %s` is told to have no effect', async (host, note) => {
  const { stderr } = await run('policies', '--host', host, '--path', '/orders');
  expect(stderr).toBe(note);
});
