import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended } from '../../support/command.ts';
import { inProcess } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", audiences: [orders], keys: {jwksUri: "https://login.acme.example/jwks"}}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: partner}
spec: {issuer: "https://id.partner.example", audiences: [orders], keys: {jwksUri: "https://id.partner.example/jwks"}}
---
apiVersion: lictor/v1
kind: Dataset
metadata: {name: exporters}
spec: {values: ["CN=export"]}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.svc]}]
  authenticate: {jwt: {issuers: [acme, partner], required: false}}
  from: [{principals: ["spiffe://acme.example/**", {data: exporters}]}]
  except: [{principals: ["spiffe://acme.example/ns/lab/**"]}]
  rules:
    - name: write
      effect: allow
      match: [{methods: [POST]}]
      from:
        - {principals: ["spiffe://acme.example/ns/shop/sa/checkout"], scopes: [orders:write, orders:read]}
        - {issuers: [partner], claims: {tier: [gold, silver], realm_access: {roles: admin}}}
      when: request.path == '/'
    - name: read
      effect: allow
      match: [{methods: [GET]}]
      from: [{claims: {tenant: acme}}]
      except: [{claims: {sub: mallory}}]
---
apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: service}
spec:
  parameters: {writers: {type: list(string), default: []}}
  match: [{hosts: [template.svc]}]
  rules: [{name: write, effect: allow, from: [{principals: {param: writers}}]}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: adopter}
spec: {uses: {template: service}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
  match: [{hosts: [open.svc]}]
  authenticate: {mtls: {}}
  except: [{principals: ["CN=leaver"]}]
  rules: [{name: read, effect: allow, except: [{principals: ["CN=guest"]}]}]
---
apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: texts}
spec:
  parameters: {writers: {type: list(string), default: []}}
  match: [{hosts: [texts.svc]}]
  authenticate: {mtls: {}}
  rules:
    - {allow: read, from: [CN=a, CN=b], except: ["spiffe://acme.example/x", {principals: [{data: exporters}]}]}
    - {allow: write, from: [{param: writers}], except: [{param: writers}]}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: texts}
spec: {uses: {template: texts}}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFile(join(directory, 'orders.yaml'), POLICIES);
});

afterAll(() => stack.disposeAsync());

function run(verb: 'eval' | 'effective', ...args: readonly string[]): Promise<Ended> {
  return inProcess([verb, '.', '--host', 'orders.svc', '--path', '/', ...args], directory);
}

const CHECKOUT = ['--principal', 'spiffe://acme.example/ns/shop/sa/checkout'];
const POST = ['--method', 'POST'];

describe('eval says which part of which entry did not hold', () => {
  test.each<[what: string, args: readonly string[], expected: string]>([
    [
      'no scope and another issuer',
      [...CHECKOUT, ...POST, '--issuer', 'acme', '--claim', 'scope=orders:read'],
      '· orders: allow write  `from`: entry 1: the token lacks the scope orders:write; entry 2: the token is of acme, not of partner ',
    ],
    [
      'no token',
      [...CHECKOUT, ...POST],
      '· orders: allow write  `from`: entry 1: there is no token; entry 2: there is no token ',
    ],
    [
      'another principal, and a claim with another value',
      ['--principal', 'CN=export', ...POST, '--issuer', 'partner', '--claim', 'tier=secret-tier'],
      '· orders: allow write  `from`: entry 1: the caller CN=export is not spiffe://acme.example/ns/shop/sa/checkout; entry 2: the claim tier is not gold or silver ',
    ],
    [
      'a nested claim',
      ['--principal', 'CN=export', ...POST, '--issuer', 'partner', '--claim', 'tier=gold'],
      'entry 2: the claim realm_access.roles is not admin ',
    ],
    [
      'a caller that is taken out',
      [...CHECKOUT, '--issuer', 'acme', '--claim', 'tenant=acme', '--claim', 'sub=mallory'],
      '· orders: allow read  `except` names the caller ',
    ],
    [
      'a caller that is named',
      [...CHECKOUT, '--issuer', 'acme', '--claim', 'tenant=acme'],
      '✓ orders: allow read  `from` names the caller ',
    ],
    [
      'a caller of the policy',
      CHECKOUT,
      '✓ orders: from  spiffe://acme.example/** or one of data exporters, except spiffe://acme.example/ns/lab/** ',
    ],
    [
      'a caller that the policy takes out',
      ['--principal', 'spiffe://acme.example/ns/lab/sa/x'],
      '✗ orders: from  `except` names the caller ',
    ],
    [
      'a peer that the policy does not name',
      ['--principal', 'CN=other'],
      '✗ orders: mtls  a peer that is spiffe://acme.example/** or one of data exporters: this workload is not among those that may call ',
    ],
  ])('%s', async (_, args, expected) => {
    const { stdout, stderr } = await run('eval', ...args);
    expect({ stderr, stdout }).toEqual({ stderr: '', stdout: expect.stringContaining(expected) });
    expect(stdout).not.toMatch(/secret-tier.*entry|entry.*secret-tier/);
  });

  test('the entry of several that names the caller, with the condition', async () => {
    const token = ['--issuer', 'acme', '--claim', 'scope=orders:read orders:write'];
    const { code, stdout } = await run('eval', ...CHECKOUT, ...POST, ...token);
    expect(code).toBe(0);
    expect(stdout).toContain('✓ orders: allow write  entry 1 of `from` names the caller; true ');
  });
});

test('effective shows the callers of the policy and of each rule', async () => {
  const { stdout } = await run('effective');
  const lines = stdout.split('\n').map((line) => line.replace(/ {2}orders\.yaml:\d+$/, ''));
  expect(lines).toEqual(
    expect.arrayContaining([
      '   orders  a peer that is spiffe://acme.example/** or one of data exporters',
      '   orders  from spiffe://acme.example/** or one of data exporters, except spiffe://acme.example/ns/lab/**',
      '   orders/write  POST, from spiffe://acme.example/ns/shop/sa/checkout with scopes orders:write, orders:read; or callers with a token of partner and claims tier gold or silver, realm_access.roles admin',
      '   orders/read  GET, from callers with claim tenant acme, except callers with claim sub mallory',
    ]),
  );
});

test('`except` alone is for everybody else', async () => {
  const host = ['--host', 'open.svc', '--path', '/'];
  const { stdout } = await inProcess(['effective', '.', ...host], directory);
  expect(stdout).toContain('   open  from everybody except CN=leaver  ');
  expect(stdout).toContain('   open/read  every request, from everybody except CN=guest  ');
  const explained = await inProcess(['eval', '.', ...host, '--principal', 'CN=other'], directory);
  expect(explained.stdout).toContain('✓ open: from  everybody except CN=leaver  ');
  expect(explained.stdout).toContain('✓ open: allow read  `except` does not name the caller  ');
});

test('effective says that a rule is for nobody', async () => {
  const { stdout } = await inProcess(['effective', '.', '--host', 'template.svc', '--path', '/'], directory);
  expect(stdout).toContain('   adopter  a peer that is nobody  ');
  expect(stdout).toContain('   adopter/write  every request, from nobody  ');
});

test('principals of several entries are told together', async () => {
  const host = ['--host', 'texts.svc', '--path', '/'];
  const { stdout } = await inProcess(['effective', '.', ...host], directory);
  expect(stdout).toContain(
    '   texts/read  every request, from CN=a or CN=b, except spiffe://acme.example/x or one of data exporters  ',
  );
  expect(stdout).toContain('   texts/write  every request, from nobody  ');
  const refused = await inProcess(['eval', '.', ...host, '--principal', 'CN=c'], directory);
  expect(refused.stdout).toContain('· texts: allow read  `from`: the caller CN=c is not CN=a or CN=b  ');
  expect(refused.stdout).toContain('· texts: allow write  `from`: it names nobody  ');
  const named = await inProcess(['eval', '.', ...host, '--principal', 'CN=b'], directory);
  expect(named.stdout).toContain('✓ texts: allow read  `from` names the caller  ');
  const except = await inProcess(['eval', '.', ...host, '--principal', 'CN=export'], directory);
  expect(except.stdout).toContain('· texts: allow read  `from`: the caller CN=export is not CN=a or CN=b  ');
});
